import { DemoProblem } from './problem.js';

/** A message on a run's channel. */
export interface RunEvent {
  type: string;
  payload: Record<string, unknown>;
  /** The same each time that it is told. */
  mastraEventId: string;
}

export interface Watch {
  /** Resolves with the event that ends the run. */
  finished: Promise<RunEvent>;
  close(): void;
}

const LONGEST_SILENCE_MS = 60_000;

/** Subscribes to the run's channel with the app's own Inngest client, as any other process could. */
export async function watchRun(channel: string, show: (event: RunEvent) => void): Promise<Watch> {
  const { inngest } = await import('../../examples/increment/src/mastra/inngest/index.js');
  const end = Promise.withResolvers<RunEvent>();
  const fail = (reason: string) => end.reject(new DemoProblem(reason));
  const silence = setTimeout(
    fail,
    LONGEST_SILENCE_MS,
    `Nothing came over ${channel} for ${LONGEST_SILENCE_MS / 1000} s.`,
  );

  // An event comes again where a request was executed again, which a slow machine is reason enough for.
  const shown = new Set<string>();
  const subscription = await inngest.realtime.subscribe({
    channel,
    topics: ['watch'],
    onMessage: message => {
      silence.refresh();
      const event = message.data as RunEvent;
      if (shown.has(event.mastraEventId)) return;
      shown.add(event.mastraEventId);
      show(event);
      if (event.type === 'workflow-finish') end.resolve(event);
    },
    onError: error => fail(`The subscription to ${channel} broke: ${String(error)}`),
  });
  return {
    finished: end.promise,
    close: () => {
      clearTimeout(silence);
      subscription.close();
    },
  };
}
