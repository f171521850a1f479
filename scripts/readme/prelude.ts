/** What the code of the docs takes for granted: the reader's app, and what a page has imported further up. */
import type { Agent } from '@mastra/core/agent';
import type { Mastra as MastraClass } from '@mastra/core/mastra';
import type { DefaultEngineType, Step } from '@mastra/core/workflows';
import type * as Package from '@mastra/inngest';
import type * as LocalEntry from '@mastra/inngest/local';
import type * as TestingEntry from '@mastra/inngest/testing';
import type * as RealtimeEntry from '@mastra/inngest/realtime';
import type { GetStepTools, Inngest as InngestClass } from 'inngest';
import type { expect as vitestExpect } from 'vitest';
import type { z as zod } from 'zod';

type Tools = ReturnType<typeof Package.init>;
type ReportWorkflow = Package.InngestWorkflow<
  DefaultEngineType,
  [],
  'report',
  unknown,
  { kind: string },
  { sent: number }
>;
type ChargeStep = Step<string, unknown, { id: string; amount: number }, { receipt: string }>;
/** Of a framework or of an adapter: takes anything. Its own types are checked by the apps in examples/frameworks. */
type Anything = (...args: unknown[]) => unknown;
/** What such a thing calls back with. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a parameter without a type must be inferred
type Callback = string | object | ((first: any, second: any) => unknown);

export declare const inngest: InngestClass;
export declare const Inngest: typeof InngestClass;
export declare const mastra: MastraClass;
export declare const Mastra: typeof MastraClass;
export declare const z: typeof zod;
export declare const init: typeof Package.init;
export declare const createWorkflow: Tools['createWorkflow'];
export declare const createStep: Tools['createStep'];
export declare const collectFunctions: typeof Package.collectFunctions;
export declare const nativeStep: typeof Package.nativeStep;
export declare const waitForEvent: typeof Package.waitForEvent;
export declare const cloneStep: typeof Package.cloneStep;
export declare const cloneWorkflow: typeof Package.cloneWorkflow;
export declare const inputKey: typeof Package.inputKey;
export declare const createInngestAgent: typeof Package.createInngestAgent;
export declare const isInngestAgent: typeof Package.isInngestAgent;
export declare const createInngestDurableAgenticWorkflow: typeof Package.createInngestDurableAgenticWorkflow;
export declare const agent: Agent;
export declare const InngestPubSub: typeof Package.InngestPubSub;
export declare const MastraInngestError: typeof Package.MastraInngestError;
export declare const createServe: typeof Package.createServe;
export declare const connect: typeof Package.connect;
export declare const run: Package.InngestRun;
export declare const workflow: Package.InngestWorkflow;
export declare const reportWorkflow: ReportWorkflow;
export declare const step: GetStepTools<InngestClass>;
export declare const workflowId: string;
export declare const runId: string;
export declare const resumeData: unknown;
/** Functions that the app has made with `inngest.createFunction`. */
export declare const functions: object[];
export declare const fetchUser: never;
export declare const users: { find(id: string): Promise<{ name: string }> };
export declare const pay: (amount: number) => Promise<{ receipt: string }>;
export declare const startLocalServer: typeof LocalEntry.startLocalServer;
/** A test app of the kit, a run in it, and a step of the app. */
export declare const testApp: typeof TestingEntry.testApp;
export declare const shop: TestingEntry.TestApp;
export declare const testRun: TestingEntry.TestRun;
export declare const charge: ChargeStep;
export declare const expect: typeof vitestExpect;
export declare const previous: TestingEntry.WorkflowFingerprint;
export declare const workflowChannel: typeof RealtimeEntry.workflowChannel;
export declare const getRunSubscriptionToken: typeof RealtimeEntry.getRunSubscriptionToken;

/** The `serve` of an adapter of Inngest's. */
export declare const serve: (options: object) => Anything;
export declare const fastifyPlugin: (fastify: object, options: object, done: (error?: Error) => void) => void;
/** What `serve` or `createServe` gave. */
export declare const handle: (...args: unknown[]) => Promise<Response>;
export declare const app: Record<
  'use' | 'on' | 'all' | 'register',
  (...args: (Callback | string[])[]) => void
>;
export declare const Redis: new (url?: string) => never;
export declare const VercelDeployer: new (options: object) => never;
export declare const Bun: { serve: Anything };
export declare const Fastify: (options: object) => { register: Anything };
export declare const createServer: Anything;
export declare const defineEventHandler: Anything;
export declare const eventHandler: Anything;
export declare const createRouter: () => { use: Anything };
