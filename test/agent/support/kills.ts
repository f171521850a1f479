/** The ops of a client's functions as places at which their process may die. */
import { type HookedRun, setTestHook } from '../../../src/sdk/test-hook';

type Body = (params: never) => Promise<unknown>;

/** 0 for the leg that begins with the start, 1 for a later one. */
function legOf(run: HookedRun & { legName?: string }): number {
  return run.legName === run.runId ? 0 : 1;
}

export interface Watching {
  /** Dies there, or lets it pass: at `before <leg>/<op>`, `in <leg>/<op>` (the step has done its work, nothing is stored), `after <leg>/<op>`. */
  reach: (place: string) => Promise<void> | void;
  note: (line: string) => void;
  /** Calls an op's body as the work of one process. */
  live?: <T>(body: () => Promise<T>) => Promise<T>;
  isDead?: () => boolean;
}

/** Has `note` be told of each op, and `reach` be called at each place. */
export function watchOps(
  client: object,
  { reach, note, live = body => body(), isDead = () => false }: Watching,
): void {
  setTestHook(client, {
    underWay: () => () => {},
    isHeard: () => true,
    isDead,
    step: (run, step, op) => {
      const { execute } = step as unknown as { execute?: Body };
      if (!execute || Object.getPrototypeOf(step) !== Object.prototype) return step;
      const watched = async (params: never) => {
        const output = await execute(params);
        await reach(`in ${legOf(run)}/${op}`);
        return output;
      };
      return { ...step, execute: watched } as typeof step;
    },
    op: (run, name, body) =>
      live(async () => {
        const op = `${legOf(run)}/${name}`;
        note(`op ${op}`);
        await reach(`before ${op}`);
        const output = await body();
        await reach(`after ${op}`);
        return output;
      }),
  });
}
