import { readdirSync, readFileSync } from 'node:fs';

const here = new URL('./', import.meta.url);

/** Which SDKs the tests of a file run with. */
const withSdk: Record<string, string> = {
  suites: 'SDK 3.54.2; SDK 4.24.0, checkpointing off and on',
  raw: 'an app without an SDK',
};

/** Where a test says less than its title: on which server, or for which SDK. */
const remarks: Record<string, string> = {
  '5 suites': 'SDK 4.24.0 (3.54.2 sends the header for functions only)',
  '7 suites': `${withSdk['suites']} (only 3.54.2 reports the step again)`,
  '19 suites': `${withSdk['suites']} (only 4.24.0 answers so)`,
  '24 suites': `${withSdk['suites']}; on a real server without output, event list and cache, which are wrong there`,
};

interface Trap {
  number: number;
  title: string;
  place: 'suites' | 'raw';
}

/** The traps as the test files have them. */
export function traps(): Trap[] {
  const files = ['raw.test.ts', ...readdirSync(new URL('suites', here)).map(name => `suites/${name}`)];
  return files.flatMap(file => {
    const text = readFileSync(new URL(file, here), 'utf8');
    return [...text.matchAll(/^ {2}test\((['"])trap (\d+): (.*)\1,/gm)].map(match => ({
      number: Number(match[2]),
      title: match[3] ?? '',
      place: file.startsWith('suites') ? ('suites' as const) : ('raw' as const),
    }));
  });
}

export function trapRows(): string[][] {
  const sorted = traps().sort((a, b) => a.number - b.number || (a.place < b.place ? -1 : 1));
  return sorted.map(({ number, title, place }) => [
    String(number),
    title,
    remarks[`${number} ${place}`] ?? withSdk[place] ?? '',
  ]);
}
