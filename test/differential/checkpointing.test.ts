import { MODES } from './modes';
import { differentialSuite } from './suite';

differentialSuite(MODES.checkpointing);
