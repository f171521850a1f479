/**
 * The copy of Inngest's SDK that a test process runs on. `INNGEST_SDK` names an installed one (`inngest-v3`,
 * `inngest-v4-oldest`, …) and `INNGEST_CHECKPOINTING` (`on`, `off`) the client's setting; without them it is the newest, as
 * it is without settings. The matrix (`npm run matrix`) sets both.
 */
import { createServe, type MastraServeOptions } from '@mastra/inngest';
import type { Inngest } from 'inngest';

interface ClientOptions {
  id: string;
  checkpointing?: boolean | { maxRuntime: string };
  [option: string]: unknown;
}

type Handler = (request: Request) => Promise<Response>;
type OwnFunction = (context: { event: { data: never }; step: Step }) => Promise<unknown>;

/** The step tools that tests use in functions of their own. */
interface Step {
  run<T>(id: string, body: () => T): Promise<Awaited<T>>;
  sleep(id: string, time: string | number): Promise<void>;
  sendEvent(id: string, event: object): Promise<unknown>;
  invoke(id: string, options: { function: unknown; data?: unknown }): Promise<unknown>;
  waitForEvent(id: string, options: object): Promise<unknown>;
}

const name = process.env.INNGEST_SDK ?? 'inngest';
const [{ Inngest: Client, referenceFunction: reference }, edge] = (await Promise.all([
  import(name),
  import(`${name}/edge`),
])) as [
  {
    Inngest: new (options: object) => Inngest.Any;
    referenceFunction: (options: { functionId: string; appId?: string }) => object;
  },
  { serve: (options: { client: unknown; functions: unknown } & Record<string, unknown>) => Handler },
];

const silent = { info() {}, warn() {}, error() {}, debug() {} };

/** The SDK's way to name a function. */
export const referenceFunction = reference;

/** What `INNGEST_CHECKPOINTING` says. */
export const CHECKPOINTING =
  process.env.INNGEST_CHECKPOINTING === undefined ? undefined : process.env.INNGEST_CHECKPOINTING === 'on';

/** A client of the SDK under test; logs nothing. An undefined `checkpointing` is the process's. */
export function makeClient(options: ClientOptions): Inngest.Any {
  const { checkpointing = CHECKPOINTING, ...others } = options;
  const setting = checkpointing === undefined ? {} : { checkpointing };
  return new Client({ isDev: true, logger: silent, ...setting, ...others });
}

/** e.g. `4.24.0` */
export const sdkVersion =
  /v(\d\S*)/.exec(makeClient({ id: 'version' }).headers['x-inngest-sdk'] ?? '')?.[1] ?? '';

/** 3 or 4. */
export const sdkMajor = Number(sdkVersion.split('.')[0]);

/** Whether the process's clients checkpoint: what is set, or the major's own default. */
export const checkpoints = CHECKPOINTING ?? sdkMajor === 4;

/** This package's `serve` on the SDK under test, which is not always the one that `inngest` names. */
export const serveSdk: (options: MastraServeOptions) => Handler = createServe(edge.serve);

/** A function of the user's own, in the style of the SDK under test. */
export function ownFunction(
  inngest: Inngest.Any,
  { triggers, ...options }: { id: string; triggers: object[] } & object,
  handler: OwnFunction,
): object {
  const client = inngest as unknown as { createFunction(...args: unknown[]): object };
  return sdkMajor === 3
    ? client.createFunction(options, triggers, handler)
    : client.createFunction({ ...options, triggers }, handler);
}
