import { isRecord } from './json';

/** A caller's options for a run's trace: core's `TracingOptions`. */
export interface TracingOptions {
  /** The trace that the run is in: 1 to 32 hexadecimal digits. */
  traceId?: string;
  /** The run's parent span, of another system: 1 to 16 hexadecimal digits. */
  parentSpanId?: string;
  metadata?: Record<string, unknown>;
  tags?: string[];
  hideInput?: boolean;
  hideOutput?: boolean;
  requestContextKeys?: string[];
}

/** Reads the options in an event, whoever sent it. As in core, unknown options and invalid ids are left out. */
export function readTracingOptions(value: unknown): TracingOptions | undefined {
  if (!isRecord(value)) return undefined;
  const read: TracingOptions = {
    ...value,
    traceId: hexadecimal(value.traceId, 32),
    parentSpanId: hexadecimal(value.parentSpanId, 16),
    metadata: isRecord(value.metadata) ? value.metadata : undefined,
    tags: texts(value.tags),
    requestContextKeys: texts(value.requestContextKeys),
    hideInput: isSet(value.hideInput),
    hideOutput: isSet(value.hideOutput),
  };
  return Object.fromEntries(Object.entries(read).filter(([, option]) => option !== undefined));
}

function hexadecimal(value: unknown, digits: number): string | undefined {
  if (typeof value !== 'string' || value.length > digits) return undefined;
  return /^[0-9a-f]+$/i.test(value) ? value : undefined;
}

function texts(value: unknown): string[] | undefined {
  return Array.isArray(value) ? value.filter(one => typeof one === 'string') : undefined;
}

/** Any truthy value counts as true. */
function isSet(value: unknown): boolean | undefined {
  return value === undefined ? undefined : Boolean(value);
}
