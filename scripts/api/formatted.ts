import prettier from 'prettier';

/** The page as `npm run format` would leave it. */
export async function formatted(page: string): Promise<string> {
  const options = await prettier.resolveConfig('docs/api.md');
  return prettier.format(page, { ...options, parser: 'markdown' });
}
