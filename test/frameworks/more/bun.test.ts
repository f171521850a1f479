import { describeApp } from '../app';

describeApp('bun', ['npm', 'run', 'check'], { command: ['bun', 'server.ts'] });
