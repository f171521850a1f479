import { RuleTester } from 'eslint';
import tseslint from 'typescript-eslint';
import { describe, it } from 'vitest';
import { roomsRule } from '../../scripts/lint/rooms.js';

RuleTester.describe = describe;
RuleTester.it = it;

const tester = new RuleTester({ languageOptions: { parser: tseslint.parser } });
const rooms = {
  '*': { noPackages: ['inngest'] },
  wire: { only: ['errors'] },
  engine: { never: ['sdk', 'run'], except: ['sdk/port'] },
  sdk: { noPackages: [], typesOnlyPackages: ['inngest'] },
  local: { only: [], noPackages: ['@mastra'] },
};
const inRoom = (filename: string, code: string) => ({
  filename: `/project/src/${filename}`,
  code,
  options: [rooms],
});
const room = { messageId: 'room' };

tester.run('rooms/imports', roomsRule, {
  valid: [
    inRoom('wire/event.ts', "import { coded } from '../errors.js';"),
    inRoom('wire/event.ts', "import { encode } from './encode.js';"),
    inRoom('engine/step.ts', "import type { SdkPort } from '../sdk/port.js';"),
    inRoom('engine/step.ts', "import { ids } from './ids/own.js';"),
    inRoom('engine/ids/own.ts', "import { step } from '../step.js';"),
    inRoom('sdk/v4.ts', "import type { Inngest } from 'inngest';"),
    inRoom('sdk/v4.ts', "import { type Inngest } from 'inngest';"),
    inRoom('serve/serve.ts', "const edge = () => import('inngest/edge');"),
    inRoom('local/http/routes.ts', "import { queue } from '../queue/queue.js';"),
    { ...inRoom('', "import { Inngest } from 'inngest';"), filename: '/project/test/unit/a.test.ts' },
  ],
  invalid: [
    { ...inRoom('wire/event.ts', "import { run } from '../run/run.js';"), errors: [room] },
    { ...inRoom('wire/event.ts', "import type { Run } from '../run/run.js';"), errors: [room] },
    { ...inRoom('wire/event.ts', "export * from '../engine/engine.js';"), errors: [room] },
    { ...inRoom('wire/event.ts', "export type Run = import('../run/run.js').Run;"), errors: [room] },
    { ...inRoom('wire/event.ts', "export const load = () => import('../init.js');"), errors: [room] },
    { ...inRoom('engine/step.ts', "import { v4 } from '../sdk/v4.js';"), errors: [room] },
    { ...inRoom('engine/ids/own.ts', "import { start } from '../../run/start.js';"), errors: [room] },
    {
      ...inRoom('engine/step.ts', "import type { Inngest } from 'inngest';"),
      errors: [{ messageId: 'package' }],
    },
    {
      ...inRoom('serve/serve.ts', "import { serve } from 'inngest/edge';"),
      errors: [{ messageId: 'package' }],
    },
    { ...inRoom('sdk/v4.ts', "import { Inngest } from 'inngest';"), errors: [{ messageId: 'typesOnly' }] },
    { ...inRoom('local/http/routes.ts', "import { errors } from '../../errors.js';"), errors: [room] },
    {
      ...inRoom('local/index.ts', "import { Mastra } from '@mastra/core';"),
      errors: [{ messageId: 'package' }],
    },
  ],
});
