import { describe, expect, it } from 'vitest';
import { anchorsOf, linksOf } from '../../scripts/readme/links';
import { files, pages, read } from './pages';

const exists = (target: string) =>
  files.includes(target) || files.some(file => file.startsWith(`${target.replace(/\/$/, '')}/`));

describe.each(pages)('%s', page => {
  const links = linksOf(page, read(page));

  it('links to files that are there', () => {
    expect(links.filter(({ file }) => !exists(file)).map(({ text }) => text)).toEqual([]);
  });

  it('links to headings that are there', () => {
    const dead = links.filter(
      ({ file, anchor }) => anchor !== undefined && !(exists(file) && anchorsOf(read(file)).includes(anchor)),
    );
    expect(dead.map(({ text }) => text)).toEqual([]);
  });

  it('names files and npm scripts that are there', () => {
    const text = read(page);
    // `src/mastra` is the user's own.
    const paths = [...text.matchAll(/`((?:src(?!\/mastra\/)|test|docs|scripts|examples|bench)\/[\w./-]+)`/g)];
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const commands = [...text.matchAll(/npm run ([\w:-]+)/g)];
    expect(paths.map(([, file = '']) => file).filter(file => !exists(file) && !isStem(file))).toEqual([]);
    expect(commands.map(([, name = '']) => name).filter(name => !(name in scripts))).toEqual([]);
  });
});

/** `src/graphs/` of the bench's own page, or a file without its ending. */
const isStem = (name: string) =>
  files.some(file => file.startsWith(`${name}.`) || file.startsWith(`bench/${name}`));

it('the code names pages that are there', () => {
  const code = files.filter(file => /^(src|scripts|test|bench\/src)\/.*\.(ts|js)$/.test(file));
  const dead = code.flatMap(file =>
    [...read(file).matchAll(/\bdocs\/[\w/-]+\.md\b/g)]
      .map(([name]) => name)
      .filter(name => !exists(name))
      .map(name => `${file}: ${name}`),
  );
  expect(dead).toEqual([]);
});

describe('the links of a page', () => {
  it('are resolved from its folder, without those of code and of the web', () => {
    const page = 'docs/runs/start.md';
    const text = '[a](../errors.md#codes) [`b`](#here) `[c](c.md)` [d](https://e.org)\n```\n[f](f.md)\n```\n';
    expect(linksOf(page, text)).toEqual([
      { text: '../errors.md#codes', file: 'docs/errors.md', anchor: 'codes' },
      { text: '#here', file: page, anchor: 'here' },
    ]);
  });

  it('find headings by the anchors that GitHub makes', () => {
    const text = '# `A`: b, c/d\n```\n# no heading\n```\n## Twice\n## Twice\n';
    expect(anchorsOf(text)).toEqual(['a-b-cd', 'twice', 'twice-1']);
  });
});
