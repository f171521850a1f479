/** Writes the generated tables into docs/local-server-conformance.md: `tsx document.mts`. */
import { show } from './lib/table.js';
import { tables } from './tables.js';

for (const [name, make] of Object.entries(tables)) show(name, make());
