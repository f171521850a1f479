import { apartOf, recordingsOf } from './lib/suite.js';

recordingsOf('v4-off');
apartOf('v4-off');
