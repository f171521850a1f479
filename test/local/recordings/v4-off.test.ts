import { recordingsOf } from './lib/suite.js';

recordingsOf('v4-off');
