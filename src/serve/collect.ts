import type { AnyMastra } from '../core-types';
import { MastraInngestError } from '../errors';
import type { StepFlowEntry } from '@mastra/core/workflows';
import { appWorkflows } from '../function/app-workflows';
import { nestedWorkflows, withNested } from '../function/nested-workflows';
import type { RunnableWorkflow } from '../function/definition';
import { RUN_ENDED, runEndedDefinition } from '../function/run-ended';
import type { ServableFunction } from '../sdk/port';
import type { InngestFunction } from '../sdk/types';
import { type ServableWorkflow, isServable } from '../workflow/workflow';

/**
 * Every Inngest function of an app, for an app that calls Inngest's own `serve`: those of its workflows (registered or nested)
 * and the app's own.
 * @param options `mastra`: whose workflows are served; `functions`: what the app made with `inngest.createFunction`.
 * @throws MastraInngestError `NOTHING_TO_SERVE`, `DUPLICATE_FUNCTION_ID`, `UNCOMMITTED_WORKFLOW`, `INVALID_WORKFLOW_OPTION`,
 * `INVALID_SERVE_OPTION`, `INVALID_CLIENT` for one of `functions` that is no function of Inngest's
 * @example
 * import { serve } from 'inngest/express';
 *
 * app.use('/api/inngest', serve({ client: inngest, functions: collectFunctions({ mastra, functions }) }));
 */
export function collectFunctions(options: {
  mastra: unknown;
  functions?: readonly ServableFunction[];
}): InngestFunction.Like[] {
  requireServable(options);
  const mastra = options.mastra as AnyMastra;
  const registered: { id: string }[] = appWorkflows(mastra);
  const workflows = registered.flatMap(onInngest);
  const found = new Map<string, { owner: string; function: ServableFunction }>();
  for (const workflow of workflows) addWorkflow(found, workflow);
  for (const own of options.functions ?? []) add(found, functionId(own), 'one of `functions`', own);
  if (found.size === 0) {
    throw new MastraInngestError(
      'NOTHING_TO_SERVE',
      'There is nothing to serve: no workflow of @mastra/inngest is registered with Mastra, and no `functions` were ' +
        'passed. Make workflows with the createWorkflow that init(inngest) returns and register them: ' +
        'new Mastra({ workflows: { … } }).',
    );
  }
  const all = withNested(workflows) as ServableWorkflow[];
  addRunEnded(found, all);
  for (const workflow of all) {
    for (const warning of workflow.optionWarnings?.() ?? []) {
      mastra.getLogger()?.warn(warning, { workflowId: workflow.id });
    }
  }
  tellServed(
    mastra,
    all,
    options.functions?.length ?? 0,
    Object.values(mastra.listWorkflows()).filter(workflow => !isServable(workflow)),
  );
  return [...found.values()].map(entry => entry.function as InngestFunction.Like);
}

/** One line in the app's log; a warning where a workflow is executed in the app's own process, which nothing else says. */
function tellServed(
  mastra: AnyMastra,
  served: readonly ServableWorkflow[],
  functions: number,
  others: readonly { id: string }[],
): void {
  const count = (n: number, noun: string) => `${n} ${noun}${n === 1 ? '' : 's'}`;
  const counts = [count(served.length, 'workflow'), ...(functions ? [count(functions, 'function')] : [])];
  const text = `Served to Inngest: ${counts.join(', ')}`;
  const logger = mastra.getLogger();
  if (others.length === 0) return logger?.info(text);
  const ids = others.map(({ id }) => id).join(', ');
  logger?.warn(
    `${text}; not on Inngest, and so not durable: ${ids} (made by another createWorkflow than init(inngest)’s).`,
  );
}

/** What JavaScript may pass. @throws MastraInngestError `INVALID_SERVE_OPTION` */
export function requireServable(options: { mastra: unknown; functions?: unknown } | undefined): void {
  const { mastra, functions } = options ?? {};
  const isMastra = typeof (mastra as { listWorkflows?: unknown } | undefined)?.listWorkflows === 'function';
  const problem = !isMastra
    ? '`mastra` is no Mastra. Pass what `new Mastra({ … })` gave; is it imported before it is made?'
    : functions !== undefined && !Array.isArray(functions)
      ? '`functions` is no list. Pass `functions: [ … ]`.'
      : undefined;
  if (problem !== undefined) throw new MastraInngestError('INVALID_SERVE_OPTION', `serve(): ${problem}`);
}

/** A workflow of this package, or those that are steps of a workflow of core's. */
function onInngest(workflow: object): ServableWorkflow[] {
  if (isServable(workflow)) return [workflow];
  const { stepGraph } = workflow as { stepGraph: StepFlowEntry[] };
  return nestedWorkflows(stepGraph) as ServableWorkflow[];
}

/** One function per app closes the runs that ended without their workflow's code (I6). */
function addRunEnded(found: Found, all: readonly ServableWorkflow[]): void {
  const [first] = all;
  if (!first) return;
  const definition = runEndedDefinition(first.port, all as unknown as RunnableWorkflow[]);
  add(found, RUN_ENDED, 'a function of @mastra/inngest', first.port.createFunction(definition));
}

type Found = Map<string, { owner: string; function: ServableFunction }>;

function addWorkflow(found: Found, workflow: ServableWorkflow): void {
  if (!workflow.committed) {
    throw new MastraInngestError(
      'UNCOMMITTED_WORKFLOW',
      `Workflow ${workflow.id} is registered but not committed. End its definition with .commit().`,
      { workflowId: workflow.id },
    );
  }
  const known = add(found, `workflow.${workflow.id}`, `workflow "${workflow.id}"`, workflow.getFunction());
  if (known) return;
  const owner = `workflow "${workflow.id}"`;
  add(found, `workflow.${workflow.id}.resume`, owner, workflow.getResumeFunction());
  for (const one of workflow.getScheduleFunctions()) add(found, functionId(one), owner, one);
  for (const nested of workflow.getNestedWorkflows()) {
    requireInvocable(workflow, nested);
    addWorkflow(found, nested);
  }
}

/** Refuses a nested workflow whose invocations Inngest may merge or skip: its parent would wait for ever. */
function requireInvocable(parent: ServableWorkflow, { id, functionOptions }: ServableWorkflow): void {
  const { debounce, singleton } = functionOptions as { debounce?: unknown; singleton?: { mode?: string } };
  const option = debounce ? 'debounce' : singleton?.mode === 'skip' ? 'singleton (skip)' : undefined;
  if (!option) return;
  throw new MastraInngestError(
    'INVALID_WORKFLOW_OPTION',
    `Workflow ${id} is nested in workflow ${parent.id} and has the option ${option}: Inngest would drop invocations that ` +
      `${parent.id} waits for. Give the option to ${parent.id}, or nest a clone without it.`,
    { workflowId: id },
  );
}

/** Returns whether the very same function was there already. */
function add(found: Found, id: string, owner: string, added: ServableFunction): boolean {
  const other = found.get(id);
  if (other?.function === added) return true;
  if (other) {
    throw new MastraInngestError(
      'DUPLICATE_FUNCTION_ID',
      `Two different functions have the id "${id}": ${other.owner} and ${owner}. Inngest would keep only one of them; ` +
        'give one another id.',
    );
  }
  found.set(id, { owner, function: added });
  return false;
}

/** @throws MastraInngestError `INVALID_CLIENT` for what is no function of Inngest's */
export function functionId(candidate: ServableFunction): string {
  const { id, opts } = candidate as { id?: unknown; opts?: { id?: unknown } };
  const value = typeof id === 'function' ? opts?.id : (opts?.id ?? id);
  if (typeof value === 'string') return value;
  throw new MastraInngestError(
    'INVALID_CLIENT',
    'One of `functions` is no Inngest function. Pass what inngest.createFunction() returns.',
  );
}
