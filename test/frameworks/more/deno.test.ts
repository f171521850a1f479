import { describeApp } from '../app';

describeApp('deno', ['npm', 'run', 'check'], {
  command: ['deno', 'serve', '--allow-all', '--host', '127.0.0.1', '--port', 'PORT', 'server.ts'],
});
