/** Steps that many cases use. */
import type { Case, Flow, Kit, StepContext } from '../kit';

/** A case; its input is `{ value: 1 }` where nothing else is said. */
export function define(name: string, build: Case['build'], more: Partial<Case> = {}): Case {
  return { input: { value: 1 }, ...more, name, build };
}

export const plus = (kit: Kit, id: string, by = 1, more: object = {}) =>
  kit.step(id, ({ inputData }) => ({ value: inputData.value + by }), more);

/** Gives its input on. */
export const echo = (kit: Kit, id: string, more: object = {}) =>
  kit.step(id, ({ inputData }) => inputData as unknown, more);

/** Shows one or more fields of its context. */
export const show = (kit: Kit, id: string, pick: (context: StepContext) => unknown) => kit.step(id, pick);

export const broken = (kit: Kit, id: string, message = 'broken', more: object = {}) =>
  kit.step(
    id,
    () => {
      throw new Error(message);
    },
    more,
  );

/** A condition that says the same always. */
export const always = (kit: Kit, name: string, answer: unknown) => kit.fn(name, async () => answer);

/** A workflow of the given steps, one after the other. */
export function chain(kit: Kit, steps: unknown[], options: object = {}): Flow {
  return steps.reduce<Flow>((flow, step) => flow.then(step), kit.workflow(options)).commit();
}

/** The same to be nested. */
export function child(kit: Kit, name: string, steps: unknown[], options: object = {}): Flow {
  return steps.reduce<Flow>((flow, step) => flow.then(step), kit.child(name, options)).commit();
}
