/** What is said in numbers of the pages that a newcomer reads first. */
import { expect, it } from 'vitest';
import { files, read } from './pages';

/** The two walks of docs/DESIGN.md: how many files each says it has, and those that its table names. */
const walks = read('docs/DESIGN.md')
  .split('\n**')
  .flatMap(part => {
    const [, title = '', count] = /^([^*]+)\*\* \((\d+) files/.exec(part) ?? [];
    const [, table = ''] = /\n\n((?:\|.*\n)+)/.exec(part) ?? [];
    // What stands in parentheses takes the place of the file before it.
    const named = [...table.replace(/\(`[^)]*\)/g, '').matchAll(/`([\w-]+\/[\w-]+\.ts)`/g)];
    return count === undefined
      ? []
      : [{ title, count: Number(count), named: named.map(([, file = '']) => file) }];
  });

it('there are two walks', () => {
  expect(walks.map(({ title }) => title)).toEqual([
    'An input, from `start()` to the step',
    'An error, from the step to the result',
  ]);
});

it.each(walks)('$title: as many files as it says, and all are there', ({ count, named }) => {
  expect(named).toHaveLength(count);
  expect(named.filter(file => !files.includes(`src/${file}`))).toEqual([]);
});

it('the README has at most 200 lines', () => {
  expect(read('README.md').trimEnd().split('\n').length).toBeLessThanOrEqual(200);
});
