import { describeApp } from '../app';

describeApp('nuxt', ['npm', 'run', 'build'], {
  command: ['node', '.output/server/index.mjs'],
  env: { HOST: '127.0.0.1', NUXT_TELEMETRY_DISABLED: '1' },
});
