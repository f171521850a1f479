import type { ApiClient } from './client';

/** Waits for a condition; the test's own time limit ends it. */
export async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise(resolve => setTimeout(resolve, 20));
}

const ENDS = ['success', 'failed', 'canceled', 'suspended'];

/** A run as the server shows it, once it is at rest. */
export async function ending(
  api: ApiClient,
  workflow: string,
  runId: string,
  ends = ENDS,
): Promise<{ status: string; [field: string]: unknown }> {
  let run: { status: string } = { status: '' };
  await until(async () => {
    run = (await api.get(`/workflows/${workflow}/runs/${runId}`)).body;
    return ends.includes(run.status);
  });
  return run;
}
