import { CASES } from './cases';
import { differentialSuite } from './suite';

differentialSuite({ name: 'checkpointing off', checkpointing: false }, CASES);
