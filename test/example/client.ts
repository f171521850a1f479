import { until } from '../support/until';

export interface StoredRun {
  runId: string;
  status: string;
  result?: unknown;
}

/** Talks to the two servers over HTTP, as the dashboard and a browser do. */
export class ExampleClient {
  readonly #serverUrl: string;
  readonly #appUrl: string;

  constructor(serverUrl: string, appUrl: string) {
    this.#serverUrl = serverUrl;
    this.#appUrl = appUrl;
  }

  /** What the dashboard's Invoke sends. */
  async invoke(data: Record<string, unknown>): Promise<void> {
    const query = `mutation Invoke($functionSlug: String!, $data: Map) {
      invokeFunction(functionSlug: $functionSlug, data: $data)
    }`;
    const variables = { functionSlug: 'mastra-workflow.increment-workflow', data };
    const answer = JSON.stringify(await this.#post('/v0/gql', { query, variables }));
    if (answer !== '{"data":{"invokeFunction":true}}')
      throw new Error(`The invocation was refused: ${answer}`);
  }

  /** Sends an event; its id is the answer. */
  async send(name: string, data: Record<string, unknown>): Promise<string> {
    const { ids } = (await this.#post('/e/any-key', { name, data })) as { ids: [string] };
    return ids[0];
  }

  async registeredSlugs(): Promise<string[]> {
    const { functions } = await getJson<{ functions: { slug: string }[] }>(`${this.#serverUrl}/dev`);
    return functions.map(({ slug }) => slug);
  }

  /** What the function started by an event returned. */
  async outputOf(eventId: string): Promise<unknown> {
    const run = await until(async () => {
      // The real server caches this answer per URL.
      const url = `${this.#serverUrl}/v1/events/${eventId}/runs?fresh=${Date.now()}`;
      const { data } = await getJson<{
        data: { status: string; ended_at: string | null; output: unknown }[];
      }>(url);
      return data.find(candidate => candidate.ended_at !== null);
    });
    if (run.status !== 'Completed')
      throw new Error(`The run ended as ${run.status}: ${JSON.stringify(run.output)}`);
    return run.output;
  }

  async storedRuns(): Promise<StoredRun[]> {
    return (await getJson<{ runs: StoredRun[] }>(`${this.#runsUrl}`)).runs;
  }

  /** The stored run once it has come to its end. */
  async finishedRun(runId: string): Promise<StoredRun> {
    return until(async () => {
      const response = await fetch(`${this.#runsUrl}/${runId}`);
      if (!response.ok) return undefined;
      const run = (await response.json()) as StoredRun;
      return ['pending', 'running', 'waiting'].includes(run.status) ? undefined : run;
    });
  }

  /** Asks the app to register itself. */
  async registerApp(): Promise<number> {
    return (await fetch(`${this.#appUrl}/api/inngest`, { method: 'PUT', body: '{}' })).status;
  }

  get #runsUrl(): string {
    return `${this.#appUrl}/mastra/workflows/incrementWorkflow/runs`;
  }

  async #post(path: string, body: unknown): Promise<unknown> {
    const response = await fetch(`${this.#serverUrl}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return response.json();
  }
}

async function getJson<T>(url: string): Promise<T> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}
