import { expect, it } from 'vitest';
import { formatted } from '../../scripts/api/formatted';
import { apiPage } from '../../scripts/api/page';
import { read } from './pages';

it('docs/api.md says what the TSDoc says (`npm run api` writes it)', async () => {
  expect(await formatted(apiPage())).toBe(read('docs/api.md'));
});
