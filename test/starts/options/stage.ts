/**
 * Runs that last as long as the test says, and a journal of what they did. The effect of an option is read from the journal's
 * order, never from how long something took.
 */
import { randomUUID } from 'node:crypto';
import { createStep, init } from '@mastra/inngest';
import type { Inngest } from 'inngest';
import { z } from 'zod';
import { type Harness, type HarnessOptions, startHarness } from '../../support/harness';
import { until } from '../../support/until';

/** What a run is given. `name` is its name in the journal. */
export interface Given {
  name: string;
  /** What keys tell runs apart by. */
  user?: string;
  /** It stays in its step until it is let go. */
  held?: boolean;
  /** Its step fails. */
  fails?: boolean;
  rush?: boolean;
  /** It suspends first; its step begins once it is resumed. */
  asks?: boolean;
}

export interface Result {
  status: string;
  error?: { name: string; message: string };
}

interface MastraRun {
  runId: string;
  start(args: object): Promise<Result>;
  startAsync(args: object): Promise<unknown>;
  resume(args: object): Promise<Result>;
}

const any = z.any();
const HOUR = 3_600_000;

/** As long as something that must not happen gets to happen. */
export const quiet = () => new Promise(resolve => setTimeout(resolve, 1000));

export class Stage {
  /** `begin <name>` and `end <name>` of each step, and what tests add. */
  readonly journal: string[] = [];
  harness!: Harness;
  private readonly since = Date.now();
  private readonly free = new Set<string>();
  private done = false;

  /**
   * Serves workflows of these options, by their ids. Each is one step, and a long sleep where its id begins with `sleeping`.
   * With `around`, a workflow `around <id>` without options has each as its only step.
   */
  async begin(
    optionsOf: Record<string, object>,
    { around = false, ...more }: Partial<HarnessOptions> & { around?: boolean } = {},
  ): Promise<void> {
    const workflows = (inngest: Inngest.Any) => {
      const { createWorkflow } = init(inngest);
      const made = Object.entries(optionsOf).map(([id, options]) => {
        const draft = createWorkflow({ id, inputSchema: any, outputSchema: any, ...options }).then(
          this.step(),
        );
        return (id.startsWith('sleeping') ? draft.sleep(HOUR) : draft).commit();
      });
      const outer = (around ? made : []).map(workflow =>
        createWorkflow({ id: `around ${workflow.id}`, inputSchema: any, outputSchema: any })
          .then(workflow)
          .commit(),
      );
      return Object.fromEntries([...made, ...outer].map(workflow => [workflow.id, workflow]));
    };
    this.harness = await startHarness({ workflows, ...more });
  }

  async end(): Promise<void> {
    this.done = true;
    await this.harness.stop();
  }

  private step() {
    return createStep({
      id: 'work',
      inputSchema: any,
      outputSchema: any,
      execute: async ({ inputData, resumeData, suspend }) => {
        const { name, held, fails, asks } = inputData as Given;
        if (asks && !resumeData) return suspend({});
        this.journal.push(`begin ${name}`);
        while (held && !this.free.has(name) && !this.done) {
          await new Promise(resolve => setTimeout(resolve, 10));
        }
        this.journal.push(`end ${name}`);
        if (fails) throw new TypeError(`no such user: ${name}`);
        return {};
      },
    });
  }

  /** Starts a run and does not wait for it; `asked` has what `start()` gives. */
  async start(workflow: string, inputData: Given): Promise<{ runId: string; asked: Promise<Result> }> {
    const run = await this.run(workflow);
    return { runId: run.runId, asked: run.start({ inputData }) };
  }

  /** Hands a run to Inngest. */
  async send(workflow: string, inputData: Given): Promise<{ runId: string }> {
    const run = await this.run(workflow);
    await run.startAsync({ inputData });
    return run;
  }

  /** Starts a run that asks, and waits until it is suspended. */
  async suspended(workflow: string, inputData: Given): Promise<MastraRun> {
    const run = await this.run(workflow);
    const { status } = await run.start({ inputData: { ...inputData, asks: true } });
    if (status !== 'suspended') throw new Error(`${inputData.name} is ${status}`);
    return run;
  }

  /**
   * Starts runs until one begins: Inngest gives a `singleton` back a little after a run has told its end, and drops what is
   * started in between.
   */
  async startedAgain(workflow: string, inputData: Given): Promise<void> {
    const begin = `begin ${inputData.name}`;
    const attempt = async () => {
      await this.send(workflow, inputData);
      await quiet();
      return this.journal;
    };
    await until(attempt, journal => journal.includes(begin));
  }

  private async run(workflow: string): Promise<MastraRun> {
    const found = this.harness.mastra.getWorkflowById(workflow);
    return (await found.createRun({ runId: randomUUID() })) as unknown as MastraRun;
  }

  letGo(...names: string[]): void {
    for (const name of names) this.free.add(name);
  }

  async noted(entry: string): Promise<void> {
    await until(
      () => this.journal,
      journal => journal.includes(entry),
    );
  }

  begun(name: string): Promise<void> {
    return this.noted(`begin ${name}`);
  }

  /** Waits until so many runs whose names begin so have begun their step. */
  async begins(prefix: string, count: number): Promise<void> {
    const begins = () => this.of(prefix).filter(entry => entry.startsWith('begin '));
    await until(begins, ({ length }) => length === count);
  }

  /** The entries about runs whose names begin so, without that beginning. */
  of(prefix: string): string[] {
    const mark = ` ${prefix}`;
    return this.journal.filter(entry => entry.includes(mark)).map(entry => entry.replace(mark, ' '));
  }

  /** How many runs whose names begin so were in their step at once, at most. */
  peak(prefix: string): number {
    let now = 0;
    let most = 0;
    for (const entry of this.of(prefix)) {
      now += entry.startsWith('begin ') ? 1 : -1;
      most = Math.max(most, now);
    }
    return most;
  }

  /** Waits until Inngest has so many runs of a workflow, begun or not. */
  async queued(workflow: string, count: number): Promise<void> {
    const runs = () => this.runsOf(workflow);
    await until(runs, found => found === count);
  }

  private async runsOf(workflow: string): Promise<number> {
    const since = new Date(this.since).toISOString();
    const events = await this.list(`/v1/events?name=workflow.${workflow}&received_after=${since}`);
    const runs = await Promise.all(events.map(event => this.list(`/v1/events/${event.internal_id}/runs?`)));
    return runs.flat().length;
  }

  private async list(path: string): Promise<{ internal_id: string }[]> {
    // Answers are cached by their whole URL.
    const response = await fetch(`${this.harness.proxy.url}${path}&fresh=${Math.random()}`);
    return ((await response.json()) as { data?: { internal_id: string }[] }).data ?? [];
  }

  async status(workflow: string, runId: string): Promise<string | undefined> {
    const rows = await this.harness.snapshots(workflow);
    return rows.find(row => row.runId === runId)?.status;
  }
}
