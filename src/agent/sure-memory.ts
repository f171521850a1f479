/** Core saves a run's messages where it suspends and when it ends, and goes on without them where the store refuses. */
import { globalRunRegistry } from '@mastra/core/agent/durable';
import { isRecord } from '../wire/json';
import { replaced } from './replaced';

/** Milliseconds between the tries: a store that is gone for some seconds loses nothing. */
const PAUSES = [100, 300, 900, 2700];

interface Saving {
  saveMessages: (...args: unknown[]) => Promise<unknown>;
}

const known = new WeakSet<object>();

/**
 * The messages of the run are saved again where that failed, for about four seconds; then, as on core, the error is logged and the run goes on.
 * To save them again does no harm: a message has its id.
 */
export function saveSurely(runId: string): void {
  const manager: object | undefined = globalRunRegistry.get(runId)?.saveQueueManager;
  if (!manager || known.has(manager)) return;
  known.add(manager);
  const memory: unknown = Reflect.get(manager, 'memory');
  if (!isRecord(memory) || typeof memory.saveMessages !== 'function') return;
  const saving = memory as unknown as Saving;
  const saveMessages = (...args: unknown[]) => again(() => saving.saveMessages(...args));
  Reflect.set(manager, 'memory', replaced(memory, { saveMessages }));
}

async function again<T>(save: () => Promise<T>, pauses: readonly number[] = PAUSES): Promise<T> {
  try {
    return await save();
  } catch (error) {
    const [pause, ...rest] = pauses;
    if (pause === undefined) throw error;
    await new Promise(resolve => setTimeout(resolve, pause));
    return again(save, rest);
  }
}
