// `npm run api`: writes docs/api.md from the TSDoc of what the package exports.
import { writeFileSync } from 'node:fs';
import { apiPage } from './page.js';
import { formatted } from './formatted.js';

writeFileSync('docs/api.md', await formatted(apiPage()));
