import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Options } from 'tsup';

type Plugin = NonNullable<Options['esbuildPlugins']>[number];

const files = { html: 'page.html', css: 'page.css', script: 'page.js' };

/** Puts the files of the local server's page into the bundle, in the place of the module that reads them from the disk. */
export function pageFiles(): Plugin {
  return {
    name: 'page-files',
    setup(build) {
      build.onLoad({ filter: /src[\\/]local[\\/]page[\\/]files\.ts$/ }, args => {
        const folder = path.dirname(args.path);
        const lines = Object.entries(files).map(([name, file]) => {
          return `export const ${name} = ${JSON.stringify(readFileSync(path.join(folder, file), 'utf8'))};`;
        });
        return { contents: lines.join('\n'), loader: 'js' };
      });
    },
  };
}
