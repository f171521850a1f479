import { MODES } from '../modes';
import { graphSuite } from './suite';

graphSuite(MODES.twoInstances, 3);
