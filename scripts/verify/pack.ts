// Packs the built package into the file named by the first argument.
import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync } from 'node:fs';
import path from 'node:path';

const target = process.argv[2];
if (!target) throw new Error('usage: pack.ts FILE');
const folder = path.dirname(target);
mkdirSync(folder, { recursive: true });

// Without scripts: the build has just been made, and `prepack` would make it again.
const output = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'inherit'],
  shell: process.platform === 'win32',
});
const packed = firstPacked(JSON.parse(output) as NpmPackOutput);
renameSync(path.join(folder, packed.filename), target);
for (const file of packed.files) process.stdout.write(`${String(file.size).padStart(9)}  ${file.path}\n`);

interface Packed {
  filename: string;
  files: { path: string; size: number }[];
}

/** npm 10 prints a list, npm 11.6 and newer an object keyed by name. */
type NpmPackOutput = Packed[] | Record<string, Packed>;

function firstPacked(parsed: NpmPackOutput): Packed {
  const [packed] = Object.values(parsed);
  if (!packed) throw new Error(`npm pack said nothing about a package: ${output}`);
  return packed;
}
