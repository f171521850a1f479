/** Apps of users, type-checked strictly against the packed package: v3 and v4, three compilers, two ways to resolve. */
import { execFile, execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { tarball } from '../tarball';

const root = path.resolve(import.meta.dirname, '../../..');
/** Below the repository, so that all but the SDK and this package is found in its node_modules. */
const folder = path.join(root, '.tmp/types');

const COMPILERS = { '5.9': 'typescript-5.9', '6': 'typescript', '7': 'typescript-7' };
const SDKS = { v3: 'inngest-v3', v4: 'inngest' };
const RESOLUTIONS = { bundler: 'ESNext', nodenext: 'NodeNext' };

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true });
  for (const [major, sdk] of Object.entries(SDKS)) makeApp(path.join(folder, major), major, sdk);
});

function makeApp(app: string, major: string, sdk: string): void {
  cpSync(path.join(import.meta.dirname, 'fixture'), app, { recursive: true });
  if (major === 'v3') cpSync(path.join(app, 'functions.v3.ts'), path.join(app, 'functions.ts'));
  rmSync(path.join(app, 'functions.v3.ts'));
  const ours = path.join(app, 'node_modules/@mastra/inngest');
  mkdirSync(ours, { recursive: true });
  execFileSync('tar', ['-xzf', tarball(), '-C', ours, '--strip-components=1']);
  symlinkSync(path.join(root, 'node_modules', sdk), path.join(app, 'node_modules/inngest'));
  writeFileSync(path.join(app, 'package.json'), '{ "type": "module" }');
  for (const [moduleResolution, module] of Object.entries(RESOLUTIONS)) {
    const compilerOptions = {
      target: 'ES2023',
      lib: ['ES2024', 'DOM', 'DOM.Iterable'],
      types: ['node'],
      module,
      moduleResolution,
      strict: true,
      noUncheckedIndexedAccess: true,
      verbatimModuleSyntax: true,
      skipLibCheck: true,
      noEmit: true,
    };
    const config = { compilerOptions, include: ['*.ts'] };
    writeFileSync(path.join(app, `tsconfig.${moduleResolution}.json`), JSON.stringify(config));
  }
}

describe.each(Object.keys(SDKS))('an app on %s', major => {
  describe.each(Object.entries(COMPILERS))('TypeScript %s', (_version, compiler) => {
    test.each(Object.keys(RESOLUTIONS))('moduleResolution %s', async resolution => {
      const app = path.join(folder, major);
      const tsc = path.join(root, 'node_modules', compiler, 'bin/tsc');
      const output = await run(process.execPath, [tsc, '-p', `tsconfig.${resolution}.json`], app);
      expect(output).toBe('');
    });
  });
});

/** What the command printed; nothing where it found no error. */
function run(command: string, args: string[], cwd: string): Promise<string> {
  return new Promise(resolve => {
    execFile(command, args, { cwd }, (error, stdout, stderr) =>
      resolve(error && !stdout ? `${error.message}\n${stderr}` : stdout),
    );
  });
}
