/**
 * Executes each request once more than the server asked for (I2). Before a request is answered, the same memoized steps
 * are replayed with the order to run nothing new; after all runs have ended, each run's last request, which has every
 * step memoized, is sent again. Neither may do anything that others could see.
 */
import { asReplay } from './purity';

export interface Replay {
  /** Function and run. */
  of: string;
  kind: 'before' | 'after';
  effects: string[];
  /** Set where the last request got another answer the second time. */
  answer?: { first: string; again: string };
}

type Handler = (request: Request) => Promise<Response>;

interface Last {
  handler: Handler;
  url: string;
  headers: Headers;
  body: string;
  answer: string;
}

interface RequestBody {
  ctx: { run_id: string; disable_immediate_execution?: boolean };
}

export class Replayer {
  private readonly before: Replay[] = [];
  private readonly last = new Map<string, Last>();
  private inFlight = 0;
  private lastAnswerAt = 0;

  /** The handler with a replay before each execution. */
  around(handler: Handler): Handler {
    return async request => {
      if (request.method !== 'POST') return handler(request);
      const body = await request.text();
      const { url, headers } = request;
      const send = (to: string, text: string) =>
        handler(new Request(to, { method: 'POST', headers: new Headers(headers), body: text }));
      const parsed = JSON.parse(body) as RequestBody;
      const of = `${new URL(url).searchParams.get('fnId')} run ${parsed.ctx.run_id}`;
      const planOnly = JSON.stringify({
        ...parsed,
        ctx: { ...parsed.ctx, disable_immediate_execution: true },
      });
      const planUrl = url.replace(/stepId=[^&]*/, 'stepId=step');
      const replay = await asReplay(async () => (await send(planUrl, planOnly)).text());
      this.before.push({ of, kind: 'before', effects: replay.effects });
      this.inFlight++;
      try {
        const answer = await send(url, body);
        this.last.set(of, { handler, url, headers, body, answer: await answer.clone().text() });
        return answer;
      } finally {
        this.inFlight--;
        this.lastAnswerAt = Date.now();
      }
    };
  }

  private async quiet(): Promise<void> {
    while (this.inFlight > 0 || Date.now() - this.lastAnswerAt < QUIET) {
      await new Promise(resolve => setTimeout(resolve, 100));
    }
  }

  /** Replays the last request of every run; answers the replays that had an effect, or another answer. */
  async replayLast(): Promise<Replay[]> {
    await this.quiet();
    const after: Replay[] = [];
    for (const [of, { handler, url, headers, body, answer }] of this.last) {
      const { value, effects } = await asReplay(async () => {
        const again = new Request(url, { method: 'POST', headers: new Headers(headers), body });
        return (await handler(again)).text();
      });
      const changed =
        withoutStacks(value) === withoutStacks(answer) ? {} : { answer: { first: answer, again: value } };
      after.push({ of, kind: 'after', effects, ...changed });
    }
    return [...this.before, ...after];
  }
}

/** Milliseconds without a request after which none is expected any more: a run's last comes after its result is known. */
const QUIET = 3000;

/** A stack tells which timer woke the request, and so differs between two executions of the same. */
function withoutStacks(answer: string): string {
  return JSON.stringify(JSON.parse(answer), (key, value: unknown) => (key === 'stack' ? undefined : value));
}
