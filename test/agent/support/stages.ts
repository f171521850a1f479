import { Mastra } from '@mastra/core';
import { DurableAgent } from '@mastra/core/agent/durable';
import { Agent } from '@mastra/core/agent';
import { InMemoryStore } from '@mastra/core/storage';
import { createInngestAgent } from '@mastra/inngest';
import { type Harness, type HarnessOptions, startHarness } from '../../support/harness';
import type { Stage } from './play';
import { scriptedModel } from './scripted-model';

export interface Stages {
  core: Stage;
  ours: Stage;
  harness: Harness;
}

/** Core's durable agents in this process, and ours behind a server. */
export async function startStages(options: Pick<HarnessOptions, 'backgroundTasks'> = {}): Promise<Stages> {
  const harness = await startHarness({
    ...options,
    workflows: () => ({}),
    agents: inngest => ({ first: createInngestAgent({ agent: idle(), inngest }) }),
  });
  const { inngest, mastra } = harness;
  return {
    harness,
    ours: { mastra, make: agent => createInngestAgent({ agent, inngest }) as never },
    core: {
      mastra: new Mastra({ storage: new InMemoryStore(), logger: false, ...options }),
      make: agent => new DurableAgent({ agent }) as never,
    },
  };
}

/** An app is served with the agents that it has at first; those that come later run in the same function. */
function idle(): Agent {
  return new Agent({ id: 'first', name: 'first', instructions: '', model: scriptedModel([{}]) as never });
}
