import { describeApp } from '../app';

describeApp('react-router', ['npm', 'run', 'build'], {
  command: ['react-router-serve', 'build/server/index.js'],
  env: { HOST: '127.0.0.1' },
});
