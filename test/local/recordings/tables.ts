import { countRows, scenarioRows } from './coverage.js';
import { table } from './lib/table.js';
import { modes, modeTitle } from './lib/types.js';
import { trapRows } from '../traps/list.js';

const columns = modes.map(mode => modeTitle[mode]);

/** The generated parts of the document, by the name of their place in it. */
export const tables: Record<string, () => string> = {
  scenarios: () => table(['Scenario', ...columns], scenarioRows()),
  counts: () => table(['Local server', ...columns], countRows()),
  traps: () => table(['Trap', 'What the test shows', 'With'], trapRows()),
};
