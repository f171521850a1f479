import { MODES } from '../modes';
import { graphSuite } from './suite';

graphSuite(MODES.checkpointing, 0);
