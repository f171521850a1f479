import { MODES } from '../modes';
import { graphSuite } from './suite';

graphSuite(MODES.noCheckpointing, 1);
