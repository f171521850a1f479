import tseslint from 'typescript-eslint';
import { roomsRule } from './scripts/lint/rooms.js';

/**
 * The rooms of src/ and what each may import (docs/DESIGN.md, "Rooms"). `*` holds for all of them.
 * Inngest's SDK is imported by `sdk/` alone, and there as types; at run time it is loaded on demand.
 */
const rooms = {
  '*': { noPackages: ['inngest', 'inngest-v3', '@inngest/realtime'] },
  errors: { only: [] },
  wire: { only: ['errors'] },
  log: { only: [] },
  snapshot: { only: ['errors', 'wire', 'core-types'] },
  realtime: {
    never: ['engine', 'function', 'run', 'workflow', 'serve', 'local', 'testing', 'init', 'index'],
  },
  engine: {
    never: ['function', 'run', 'workflow', 'serve', 'local', 'testing', 'sdk', 'init', 'index'],
    except: ['sdk/port'],
  },
  function: {
    never: ['run', 'workflow', 'serve', 'local', 'testing', 'sdk', 'init', 'index'],
    except: ['sdk/port'],
  },
  run: {
    never: ['engine', 'workflow', 'serve', 'local', 'testing', 'sdk', 'init', 'index'],
    except: ['sdk/port'],
  },
  sdk: {
    only: ['errors', 'wire'],
    noPackages: [],
    typesOnlyPackages: ['inngest', 'inngest-v3', '@inngest/realtime'],
  },
  check: { never: ['run', 'workflow', 'serve', 'local', 'testing', 'sdk', 'init', 'index'] },
  workflow: { never: ['local', 'testing'] },
  agent: { never: ['serve', 'local', 'testing', 'init', 'index'] },
  serve: { never: ['local', 'testing'] },
  testing: { never: ['init', 'index'] },
  local: {
    only: ['wire/ids', 'wire/nearest', 'wire/period'],
    noPackages: ['inngest', 'inngest-v3', '@inngest/realtime', '@mastra'],
  },
};

const noPlainErrors = ['NewExpression', 'CallExpression'].map(kind => ({
  selector: `${kind}[callee.name='Error']`,
  message: 'Use an error class of this package: callers tell errors apart by their code.',
}));

const noDisabledTests = {
  selector:
    'MemberExpression[object.name=/^(it|test|describe)$/][property.name=/^(only|skip|todo|fails|skipIf|runIf)$/]',
  message: 'A test runs or does not exist.',
};

const sizes = {
  'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
};
const functionSizes = {
  'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
};

export default tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', '**/.mastra/**', '**/.tmp/**', '**/coverage/**'] },
  // What they import is not installed here; compiled by the tests of the packed package and of the frameworks.
  { ignores: ['examples/increment/v3/**', 'examples/frameworks/**', 'test/package/types/fixture/**'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    // One project for all: the examples' own tsconfig.json would look for an installed package.
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      ...sizes,
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      // A function that must return a promise (a step's body, a handler) may have nothing to wait for.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    files: ['src/**/*.ts'],
    plugins: { rooms: { rules: { imports: roomsRule } } },
    rules: {
      ...functionSizes,
      'rooms/imports': ['error', rooms],
      'no-console': 'error',
      'no-restricted-syntax': ['error', ...noPlainErrors],
    },
  },
  { files: ['scripts/**/*.ts', 'bench/src/**/*.ts'], rules: functionSizes },
  {
    files: ['examples/**/*.ts'],
    rules: {
      ...functionSizes,
      // Mastra types the input of a loop's condition as `any`, and an example shows what a user writes.
      '@typescript-eslint/no-unsafe-member-access': 'off',
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      'no-restricted-syntax': ['error', noDisabledTests],
      // Tests look into JSON from the wire and into both majors of the SDK; a wrong guess fails the test.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      // `init`'s tools are passed around without their object, as users do it.
      '@typescript-eslint/unbound-method': 'off',
      // It wants type arguments in place of a cast of what came as JSON.
      '@typescript-eslint/no-unnecessary-type-assertion': 'off',
    },
  },
  { files: ['**/*.{js,mjs}'], rules: { ...sizes, ...functionSizes } },
);
