import { canonical, field, isObject, parseJson, text } from './json';
import type { Json } from './json';

/** What a workflow or its step returned, out of what is kept beside it. */
function ofWorkflow(value: Json): Json {
  const run = field(value, 'result');
  if (text(value, 'runId') !== undefined && text(run, 'status') !== undefined)
    return field(run, 'result') ?? field(run, 'status') ?? null;
  if (!isObject(value) || field(value, 'mastra') === undefined) return value;
  return (
    field(value, 'output') ?? field(field(value, 'result'), 'output') ?? field(value, 'condition') ?? null
  );
}

/** What a step or a run returned, as one reads it: JSON without what is stored around it. */
export function shownOutput(json: string | undefined): string {
  const parsed = json === undefined ? undefined : parseJson(json);
  if (parsed === undefined || parsed === null) return '';
  const isMemo = isObject(parsed) && Object.keys(parsed).length === 1 && Object.hasOwn(parsed, 'data');
  const shown = ofWorkflow(isMemo ? (parsed['data'] ?? null) : parsed);
  return shown === null ? '' : canonical(shown);
}
