/** How long TypeScript takes over a workflow of 50 steps: with core's own `createWorkflow`, with this package, with the peer. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { benchFolder } from './child';
import { median } from './stats';

export interface TypeCost {
  name: string;
  /** Median of the compiler's "Check time", in milliseconds. */
  checkMs: number;
  /** Types that the compiler made: the same on every machine. */
  instantiations: number;
}

const STEPS = 50;

const HEADS: Record<string, string> = {
  core: "import { createStep, createWorkflow } from '@mastra/core/workflows';",
  ours: "import { createStep, init } from '@mastra/inngest';",
  peer: "import { createStep, init } from 'peer';",
};

const CLIENT = [
  "import { Inngest } from 'inngest';",
  "const { createWorkflow } = init(new Inngest({ id: 'bench', isDev: true }));",
];

export function typeCosts(times: number, onDone: (what: string) => void): TypeCost[] {
  // Inside the bench's folder, so that the compiler finds its packages.
  const folder = path.join(benchFolder, '.tmp/types');
  const samples = Object.keys(HEADS).map(name => ({ name, checks: [] as number[], instantiations: 0 }));
  for (const { name } of samples) writeProject(folder, name);
  for (let round = 0; round < times; round++) {
    for (const sample of samples) {
      const { check, instantiations } = compile(path.join(folder, sample.name));
      sample.checks.push(check);
      sample.instantiations = instantiations;
    }
    onDone(`checking types, ${round + 1} of ${times}`);
  }
  rmSync(folder, { recursive: true, force: true });
  return samples.map(({ name, checks, instantiations }) => ({
    name,
    checkMs: median(checks),
    instantiations,
  }));
}

function writeProject(folder: string, name: string): void {
  const target = path.join(folder, name);
  mkdirSync(target, { recursive: true });
  const options = { strict: true, noEmit: true, skipLibCheck: true, target: 'ES2022', types: [] };
  const compilerOptions = { ...options, module: 'ESNext', moduleResolution: 'Bundler' };
  writeFileSync(
    path.join(target, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, files: ['workflow.ts'] }),
  );
  writeFileSync(path.join(target, 'workflow.ts'), source(name));
}

function source(name: string): string {
  const steps = Array.from(
    { length: STEPS },
    (_, index) => `const s${index} = createStep({
  id: 's${index}',
  inputSchema: z.object({ n${index}: z.number() }),
  outputSchema: z.object({ n${index + 1}: z.number() }),
  execute: async ({ inputData }) => ({ n${index + 1}: inputData.n${index} + 1 }),
});`,
  );
  const ends = `inputSchema: z.object({ n0: z.number() }), outputSchema: z.object({ n${STEPS}: z.number() })`;
  const chain = Array.from({ length: STEPS }, (_, index) => `  .then(s${index})`);
  return [
    HEADS[name],
    "import { z } from 'zod';",
    ...(name === 'core' ? [] : CLIENT),
    ...steps,
    `export const workflow = createWorkflow({ id: 'long', ${ends} })`,
    ...chain,
    '  .commit();',
  ].join('\n');
}

function compile(folder: string): { check: number; instantiations: number } {
  const compiler = path.resolve(benchFolder, '../node_modules/typescript/bin/tsc');
  const args = [compiler, '-p', folder, '--extendedDiagnostics'];
  const output = execFileSync(process.execPath, args, { encoding: 'utf8' });
  const read = (label: string) => Number(new RegExp(`${label}:\\s+([\\d.]+)`).exec(output)?.[1]);
  return { check: read('Check time') * 1000, instantiations: read('Instantiations') };
}
