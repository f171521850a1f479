import { describeApp } from '../app';

describeApp('nitro', ['npm', 'run', 'build'], {
  command: ['node', '.output/server/index.mjs'],
  env: { HOST: '127.0.0.1' },
});
