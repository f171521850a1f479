import { InMemoryStore } from '@mastra/core/storage';
import { observed } from './purity';

const WRITERS = ['persistWorkflowSnapshot', 'updateWorkflowState', 'updateWorkflowResults'] as const;

interface Write {
  workflowName: string;
  runId: string;
}

function asJson<T>(value: T, withBigInts: boolean): T {
  const text = JSON.stringify(value, (_key, item: unknown) =>
    withBigInts && typeof item === 'bigint' ? item.toString() : item,
  );
  return JSON.parse(text) as T;
}

/** Databases merge a change before they write JSON: a field that is set to undefined goes. */
function stored<T extends Write>(args: T, withBigInts: boolean): T {
  const { opts } = args as { opts?: object };
  const json = asJson(args, withBigInts);
  if (!opts) return json;
  const unset = Object.keys(opts).filter(key => (opts as Record<string, unknown>)[key] === undefined);
  return {
    ...json,
    opts: { ...(json as { opts?: object }).opts, ...Object.fromEntries(unset.map(key => [key, undefined])) },
  };
}

/**
 * A store in memory that keeps JSON, as databases do: no object passes through it from one app instance to another.
 * `withBigInts` is for core, whose runs would end where a value has no JSON.
 */
export async function jsonStore(withBigInts = false): Promise<InMemoryStore> {
  const storage = new InMemoryStore();
  const workflows = (await storage.getStore('workflows')) as unknown as Record<
    string,
    (args: Write) => Promise<unknown>
  >;
  for (const name of WRITERS) {
    const write = workflows[name]?.bind(workflows);
    workflows[name] = async args => {
      observed(`${name} of ${args.workflowName}`);
      const answer = await write?.(stored(args, withBigInts));
      return answer === undefined ? undefined : asJson(answer, withBigInts);
    };
  }
  return storage;
}
