import { apartOf, recordingsOf } from './lib/suite.js';

recordingsOf('v4-on');
apartOf('v4-on');
