import { describeApp } from '../app';

describeApp('astro', ['npm', 'run', 'build'], {
  command: ['node', 'dist/server/entry.mjs'],
  env: { HOST: '127.0.0.1' },
});
