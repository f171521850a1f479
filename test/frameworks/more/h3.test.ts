import { describeApp } from '../app';

const check = ['npm', 'run', 'check'] as const;
describeApp('h3', check, { command: ['node', 'server.ts'] });
describeApp('h3-v1', check, { command: ['node', 'server.ts'] });
