import { until } from '../support/until';
import type { ApiClient } from './client';

const ENDS = ['success', 'failed', 'canceled', 'suspended'];

interface ShownRun {
  status: string;
  [field: string]: unknown;
}

/** A run as the server shows it, once it is at rest. */
export function ending(api: ApiClient, workflow: string, runId: string, ends = ENDS): Promise<ShownRun> {
  const shown = async (): Promise<ShownRun> => (await api.get(`/workflows/${workflow}/runs/${runId}`)).body;
  return until(shown, ({ status }) => ends.includes(status));
}
