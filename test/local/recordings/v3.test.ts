import { apartOf, backoffOf, recordingsOf } from './lib/suite.js';

recordingsOf('v3');
backoffOf('v3');
apartOf('v3');
