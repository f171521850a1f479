import path from 'node:path';
import { expect, test } from 'vitest';
import { Child } from '../processes/child';

const root = path.resolve(import.meta.dirname, '../..');

test('the example’s suite for node:test passes', async () => {
  const file = path.join(root, 'examples/testing/test/order.node.ts');
  const child = new Child(process.execPath, ['--import', 'tsx', '--test', file], { cwd: root });
  expect(await child.exitCode, child.output).toBe(0);
  expect(child.output).toMatch(/pass 2\b/);
});
