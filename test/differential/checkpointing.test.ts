import { CASES } from './cases';
import { differentialSuite } from './suite';

differentialSuite({ name: 'checkpointing on', checkpointing: true }, CASES);
