import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Options } from 'tsup';

type Plugin = NonNullable<Options['esbuildPlugins']>[number];

/**
 * Writes into the output folder the licences of the libraries that a build bundles: their terms ask for it, and the list is taken from what
 * the bundler read, so it can't fall behind.
 */
export function bundledLicences(fileName: string): Plugin {
  return {
    name: 'bundled-licences',
    setup(build) {
      build.onEnd(({ metafile }) => {
        if (!metafile) return { errors: [{ text: 'No metafile: the bundled libraries are unknown.' }] };
        const texts = [...new Set(Object.keys(metafile.inputs).flatMap(libraryFolder))].sort().map(describe);
        const target = path.join(build.initialOptions.outdir ?? 'dist', fileName);
        mkdirSync(path.dirname(target), { recursive: true });
        writeFileSync(target, `The local Inngest server contains these libraries.\n\n${texts.join('\n')}`);
        return {};
      });
    },
  };
}

/** `node_modules/@scope/name` of a path below it; none for our own sources. */
function libraryFolder(input: string): string[] {
  return input.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+/)?.slice(0, 1) ?? [];
}

function describe(folder: string): string {
  const { name, version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as Record<
    string,
    string
  >;
  const file = readdirSync(folder).find(entry => /^licen[cs]e/i.test(entry));
  if (!file) throw new Error(`${folder} has no licence file, so it must not be bundled.`);
  return `── ${name} ${version}\n\n${readFileSync(path.join(folder, file), 'utf8').trim()}\n`;
}
