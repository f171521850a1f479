import { describeApp } from '../app';

describeApp('sveltekit', ['npm', 'run', 'build'], {
  command: ['node', 'build'],
  env: { HOST: '127.0.0.1', INNGEST_SERVE_ORIGIN: 'http://127.0.0.1:PORT' },
});
