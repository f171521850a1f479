import { CASES } from './cases';
import { differentialSuite } from './suite';

differentialSuite({ name: 'two app instances taking turns', checkpointing: false, instances: 2 }, CASES);
