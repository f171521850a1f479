import { MODES } from '../modes';
import { graphSuite } from './suite';

graphSuite(MODES.replay, 2);
