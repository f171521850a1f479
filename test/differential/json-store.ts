import { InMemoryStore } from '@mastra/core/storage';
import { observed } from './purity';

const WRITERS = ['persistWorkflowSnapshot', 'updateWorkflowState', 'updateWorkflowResults'] as const;

interface Write {
  workflowName: string;
  runId: string;
}

/** A store in memory that keeps JSON, as databases do: no object passes through it from one app instance to another. */
export async function jsonStore(): Promise<InMemoryStore> {
  const storage = new InMemoryStore();
  const workflows = (await storage.getStore('workflows')) as unknown as Record<
    string,
    (args: Write) => Promise<unknown>
  >;
  for (const name of WRITERS) {
    const write = workflows[name]?.bind(workflows);
    workflows[name] = async args => {
      observed(`${name} of ${args.workflowName}`);
      const answer = await write?.(JSON.parse(JSON.stringify(args)) as Write);
      return answer === undefined ? undefined : (JSON.parse(JSON.stringify(answer)) as unknown);
    };
  }
  return storage;
}
