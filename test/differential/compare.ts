/** Where two outcomes differ, readable. */
import type { Plain } from './normalise';

export interface Difference {
  /** `result.steps.a.output` */
  path: string;
  core: Plain | undefined;
  inngest: Plain | undefined;
}

export function differences(core: Plain | undefined, inngest: Plain | undefined, path = ''): Difference[] {
  if (JSON.stringify(core) === JSON.stringify(inngest)) return [];
  if (isObject(core) && isObject(inngest)) {
    const keys = new Set([...Object.keys(core), ...Object.keys(inngest)]);
    return [...keys].flatMap(key => differences(core[key], inngest[key], path ? `${path}.${key}` : key));
  }
  if (Array.isArray(core) && Array.isArray(inngest) && core.length === inngest.length) {
    return core.flatMap((item, index) => differences(item, inngest[index], `${path}[${index}]`));
  }
  return [{ path, core, inngest }];
}

export function describeDifferences(found: readonly Difference[]): string {
  return found
    .map(({ path, core, inngest }) => `${path}\n    core:    ${show(core)}\n    inngest: ${show(inngest)}`)
    .join('\n');
}

function show(value: Plain | undefined): string {
  const text = JSON.stringify(value) ?? '(absent)';
  return text.length > 1500 ? `${text.slice(0, 1500)}…` : text;
}

function isObject(value: Plain | undefined): value is { [key: string]: Plain } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
