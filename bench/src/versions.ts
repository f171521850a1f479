import { readFileSync } from 'node:fs';
import path from 'node:path';
import { benchFolder } from './child';

/** Of what is compared, as installed. */
export function versions(): Record<string, string> {
  const names = {
    '@mastra/inngest': 'ours',
    peer: 'peer',
    '@mastra/core': '',
    inngest: '',
    'inngest-v3': '',
  };
  return Object.fromEntries(
    Object.entries(names).map(([name, title]) => {
      const file = path.join(benchFolder, 'node_modules', name, 'package.json');
      return [title || name, (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version];
    }),
  );
}
