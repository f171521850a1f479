import { CASES } from './cases';
import { differentialSuite } from './suite';

differentialSuite({ name: 'always replay', checkpointing: false, replay: true }, CASES);
