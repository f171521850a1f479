/** A run in the store, the callers and executions that want something of it, and an Inngest in between that does as it is told. */
import { InMemoryStore } from '@mastra/core/storage';
import { runEndedDefinition } from '../../../src/function/run-ended';
import { NO_TRIGGERS } from '../../../src/function/triggers';
import type { RunnableWorkflow } from '../../../src/function/definition';
import { cancelStored } from '../../../src/run/cancel';
import {
  type Continuable,
  prepareRestart,
  prepareResume,
  prepareTimeTravel,
} from '../../../src/run/continue';
import { runConflict } from '../../../src/run/errors';
import { LegSender, type PreparedLeg } from '../../../src/run/leg-sender';
import type { InngestPort, OutgoingEvent, RunState } from '../../../src/sdk/port';
import { emptySnapshot, type Snapshot } from '../../../src/snapshot/snapshot';
import { RunRecord } from '../../../src/snapshot/run-record';
import type { WorkflowsStore } from '../../../src/snapshot/store';
import { parseStartData } from '../../../src/wire/start-event';
import { Execution, type Outcome } from './execution';

const identity = { workflowId: 'model', runId: 'run' };
const silent = { warn: () => {} };
export type Ask = 'start' | 'resume' | 'timeTravel' | 'restart';

/** What a caller has come to. */
interface Caller {
  prepared?: PreparedLeg;
  /** Answers the send that it waits in. */
  answer?: (how: 'sent' | 'failed') => void;
  sent?: Promise<unknown>;
}

export class Model {
  readonly executions: Execution[] = [];
  /** Bodies of steps that ran: in which leg, for which of Inngest's runs. */
  readonly bodies: { leg: number; owner: string }[] = [];
  /** Happens once, between the next read of the store and what follows from it. */
  meanwhile?: () => Promise<void>;
  /** What the claims of callers are for, by their tokens. */
  private readonly kinds = new Map<string, string>();
  private readonly known = new Set<string>();
  private readonly events: OutgoingEvent[] = [];
  private readonly callers = new Map<number, Caller>();
  private sending?: (answer: (how: 'sent' | 'failed') => void) => void;

  private constructor(
    private readonly store: WorkflowsStore,
    readonly record: RunRecord,
  ) {}

  static async create(): Promise<Model> {
    const inner = (await new InMemoryStore().getStore('workflows')) as unknown as WorkflowsStore;
    const bound = <K extends keyof WorkflowsStore>(name: K) => inner[name].bind(inner) as WorkflowsStore[K];
    const store: WorkflowsStore = {
      loadWorkflowSnapshot: async key => {
        const found = await inner.loadWorkflowSnapshot(key);
        const { meanwhile } = model;
        model.meanwhile = undefined;
        await meanwhile?.();
        return found;
      },
      persistWorkflowSnapshot: bound('persistWorkflowSnapshot'),
      updateWorkflowState: bound('updateWorkflowState'),
      updateWorkflowResults: bound('updateWorkflowResults'),
    };
    const model: Model = new Model(store, new RunRecord(async () => store, identity));
    await model.record.create(emptySnapshot(identity.runId, 'pending'));
    return model;
  }

  row(): Promise<Snapshot | undefined> {
    return this.record.load();
  }

  private caller(by: number): Caller {
    const caller = this.callers.get(by) ?? {};
    this.callers.set(by, caller);
    return caller;
  }

  /** A caller reads the run and decides; answers the code of what it is refused with. */
  async ask(by: number, what: Ask): Promise<string | undefined> {
    this.callers.delete(by);
    try {
      const prepared = await this.prepare(what);
      this.caller(by).prepared = prepared;
      const { leg } = prepared.request;
      if (leg) this.kinds.set(leg.claim?.token ?? '', leg.kind);
      return undefined;
    } catch (error) {
      return (error as { code: string }).code;
    }
  }

  private async prepare(what: Ask): Promise<PreparedLeg> {
    if (what === 'resume') return prepareResume(this.continuable, { resumeData: {} });
    if (what === 'timeTravel') return prepareTimeTravel(this.continuable, { step: 'one', inputData: {} });
    if (what === 'restart') return prepareRestart(this.continuable, (await this.row()) as Snapshot, {});
    const claim = async () => {
      if ((await this.row())?.status !== 'pending') throw runConflict(this.record, 'was started');
    };
    await claim();
    return { request: this.continuable.request({}), claim, release: async () => {} };
  }

  private get continuable(): Continuable {
    return {
      record: this.record,
      serializedGraph: [],
      graph: {
        id: 'model',
        steps: ['one', 'ask'].map(id => ({ type: 'step', step: { id } })),
      } as never,
      storesRunning: () => true,
      validateResumeData: async data => data,
      validateTravelInput: async data => data,
      settleUnanswered: async () => {},
      runState: async owner => this.stateOf(owner),
      request: () => ({ inputData: {}, runId: identity.runId, requestContext: {} }),
    };
  }

  /** The caller claims what it decided on, and stands before its send; answers the code of what it is refused with. */
  async depart(by: number): Promise<string | undefined> {
    const caller = this.caller(by);
    const { prepared } = caller;
    if (!prepared || caller.answer) return undefined;
    const { port, record } = this;
    const destination = { app: 'app', functionOptions: {} };
    const realtime = undefined as never;
    const logOf = () => undefined;
    const sender = new LegSender({ port, record, destination, realtime, log: silent, logOf });
    const atSend = new Promise<(how: 'sent' | 'failed') => void>(resolve => {
      this.sending = resolve;
    });
    const sent = sender.send(prepared).then(
      () => undefined,
      (error: unknown) => (error as { code: string }).code,
    );
    const first = await Promise.race([atSend, sent]);
    if (typeof first !== 'function') {
      this.callers.delete(by);
      return first;
    }
    caller.answer = first;
    caller.sent = sent;
    return undefined;
  }

  /** What becomes of a caller's send; one that crashes is never heard of again. */
  async deliver(by: number, how: 'sent' | 'failed' | 'crash'): Promise<void> {
    const { answer, sent } = this.caller(by);
    this.callers.delete(by);
    if (!answer || how === 'crash') return;
    answer(how);
    await sent;
  }

  private get port(): InngestPort {
    return {
      appId: 'app',
      publish: async () => {},
      runState: async (owner: string) => this.stateOf(owner),
      cancelRun: async (owner: string) => this.cancelRun(owner),
      send: (event: OutgoingEvent) =>
        new Promise((resolve, reject) => {
          this.sending?.(how => {
            if (how === 'failed') return reject(new Error('no server'));
            this.accept(event, true);
            resolve({ ids: [] });
          });
        }),
    } as unknown as InngestPort;
  }

  /** Inngest takes an event: one whose id it knows starts nothing. */
  private accept(event: OutgoingEvent, deduplicated: boolean): void {
    if (deduplicated && event.id !== undefined && this.known.has(event.id)) return;
    if (event.id !== undefined) this.known.add(event.id);
    this.events.push(event);
    const request = parseStartData(event.data, 'model');
    const owner = `inngest-${this.executions.length}`;
    this.executions.push(new Execution(this.store, this.record, owner, request, this.bodies, event));
  }

  /** An event comes once more; after a day Inngest does not know its id any longer. */
  redeliver(which: number, afterADay: boolean): void {
    const event = this.events[which % this.events.length];
    if (event) this.accept(event, !afterADay);
  }

  /** An event that somebody made by hand resumes the run. */
  sendByHand(): void {
    this.accept(
      { name: 'model.resume', data: { runId: 'run', mastra: { version: 1, leg: { kind: 'resume' } } } },
      false,
    );
  }

  private stateOf(owner: string): RunState {
    return this.executions.find(one => one.owner === owner)?.state ?? 'unknown';
  }

  private cancelRun(owner: string): boolean {
    const found = this.executions.find(one => one.owner === owner);
    if (found?.state === 'live') found.state = 'over';
    return found !== undefined;
  }

  /** `cancel()`; its event may be lost, as Inngest does right after a start. */
  async cancel(isLost: boolean): Promise<void> {
    const send = async () => {
      for (const one of isLost ? [] : this.executions) this.cancelRun(one.owner);
      return { ids: [] };
    };
    await cancelStored({ port: { ...this.port, send }, record: this.record }, {}, this.continuable.graph);
  }

  /** One of Inngest's runs does its next op; one that crashes in it does it again. Late ops of ended runs happen, too. */
  async tick(which: number, outcome: Outcome, crashes: boolean): Promise<void> {
    const open = this.executions.filter(one => one.hasNext);
    const one = open[which % open.length];
    if (one && (await one.next(outcome, crashes)) === 'failed') await this.reportEnd(one, 'failed');
  }

  /** Inngest gives up on one of its runs, or somebody cancels it in the dashboard, and says so. */
  async end(which: number, how: 'failed' | 'cancelled'): Promise<void> {
    const live = this.executions.filter(one => one.state === 'live');
    const one = live[which % live.length];
    if (!one) return;
    one.state = 'over';
    await this.reportEnd(one, how);
  }

  private async reportEnd({ owner, event }: Execution, how: 'failed' | 'cancelled'): Promise<void> {
    const mastra = { getLogger: () => undefined, getStorage: () => ({ getStore: async () => this.store }) };
    const definition = runEndedDefinition(this.port, [
      {
        id: 'model',
        mastra,
        stepGraph: this.continuable.graph.steps,
        options: {},
        triggers: NO_TRIGGERS,
      } as unknown as RunnableWorkflow,
    ]);
    const name = `inngest/function.${how}`;
    const data = { function_id: `app-${event.name}`, run_id: owner, event };
    await definition.handler({
      event: { name, data },
      step: { run: async (_id: string, body: () => Promise<unknown>) => body() },
    } as never);
  }

  /** The server forgets one of its runs. */
  strand(which: number): void {
    const live = this.executions.filter(one => one.state === 'live');
    const one = live[which % live.length];
    if (one) one.state = 'unknown';
  }

  /** How the leg that took the run continues it. */
  kindOf({ inngest }: Snapshot): string | undefined {
    const execution = this.executions.find(one => one.owner === inngest?.owner);
    return execution ? execution.kind : this.kinds.get(inngest?.claim?.token ?? '');
  }

  isLive(owner: string | undefined): boolean {
    return owner !== undefined && this.stateOf(owner) === 'live';
  }
}
