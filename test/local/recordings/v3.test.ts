import { recordingsOf } from './lib/suite.js';

recordingsOf('v3');
