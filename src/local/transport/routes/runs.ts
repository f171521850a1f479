import type { Context } from 'hono';
import { Hono } from 'hono';
import { cancelRun } from '../../executor/finalize';
import { deliverSignal } from '../../executor/resume';
import { stepsJson } from '../../executor/request';
import { checkpoint } from '../../executor/checkpoint';
import { ENV_ID } from '../../ids';
import type { JsonObject } from '../../json';
import { canonical, field, isObject, parseJson, text } from '../../json';
import { bareEvent } from '../../state/events';
import type { Job } from '../../queue/job';
import type { Run } from '../../state/run';
import type { Service } from '../service';
import { found, isUlid, iso, readError } from './answers';

/** A run as `/v1` shows it. One that has not started is `Scheduled` in the list of an event's runs. */
function runRow(run: Run, queued = 'Running'): JsonObject {
  return {
    run_id: run.id,
    run_started_at: iso(run.startedAt ?? run.queuedAt),
    function_id: run.fn.uuid,
    function_version: 0,
    environment_id: ENV_ID,
    event_id: run.event.internalId,
    status: run.status === 'Queued' ? queued : run.status,
    ended_at: run.end ? iso(run.end.at) : null,
    ...(run.end?.output === undefined ? {} : { output: parseJson(run.end.output) ?? null }),
    ...(run.options.originalRunId === undefined ? {} : { original_run_id: run.options.originalRunId }),
  };
}

function jobRow(job: Job): JsonObject {
  const kind = job.wakes !== undefined ? 'sleep' : job.after === undefined ? 'start' : 'edge';
  return { JobID: job.id, at: iso(job.at), position: 0, kind, attempt: job.attempt };
}

/** Reads of runs below `/v1`, cancellation, signals, and what an app fetches or saves on its own. */
export function runRoutes({ core }: Service): Hono {
  const now = core.clock.now;
  return new Hono()
    .get('/v1/events/:id/runs', c => {
      const id = c.req.param('id');
      if (!isUlid(id)) return readError(c, 400, `Invalid event ID: ${id}`);
      return c.json(
        found(
          core.store.runsOf(id).map(run => runRow(run, 'Scheduled')),
          now(),
        ),
      );
    })
    .get('/v1/runs/:id', c => {
      const id = c.req.param('id');
      if (!isUlid(id)) return readError(c, 400, `Invalid run ID: ${id}`);
      const run = core.store.runs.get(id);
      return run
        ? c.json(found(runRow(run), now()))
        : readError(c, 500, `Unable to load function run: ${id}`);
    })
    .get('/v1/runs/:id/jobs', c => {
      const run = core.store.runs.get(c.req.param('id'));
      if (!run) return readError(c, 500, `Unable to load function run: ${c.req.param('id')}`);
      const jobs = core.queue.of(run).map(jobRow);
      return c.json(found(jobs, now()));
    })
    .delete('/v1/runs/:id', c => {
      const id = c.req.param('id');
      if (!isUlid(id)) return c.json({ error: `Invalid run ID: ${id}`, data: null, status: 400 }, 400);
      const run = core.store.runs.get(id);
      if (!run) return c.json({ error: `Unable to load function run: ${id}`, data: null, status: 404 }, 404);
      cancelRun(core, run);
      return c.body(null, 200);
    })
    .post('/v1/signals', async c => {
      const body = parseJson(await c.req.text());
      if (!isObject(body)) return c.json({ error: 'Invalid signal data', data: null, status: 400 }, 400);
      const runId = deliverSignal(core, text(body, 'signal') ?? '', field(body, 'data'));
      if (runId === undefined) return c.json({ error: 'No signal found', data: null, status: 404 }, 404);
      return c.json({ data: { run_id: runId }, metadata: { fetched_at: iso(now()) } });
    })
    .route('/', appRoutes(core));
}

/** What the SDK asks for while it executes a run. */
function appRoutes(core: Service['core']): Hono {
  const json = { 'content-type': 'application/json' };
  const read = (c: Context, id: string, content: (run: Run) => string): Response => {
    if (!isUlid(id))
      return c.json({ error: 'The run ID specified is invalid', data: null, status: 400 }, 400);
    const run = core.store.runs.get(id);
    if (run && !run.ended) return c.body(content(run), 200, json);
    return c.json(
      { error: `runtime state is no longer available for runID: ${id}`, data: null, status: 410 },
      410,
    );
  };
  return new Hono()
    .get('/v0/runs/:id/batch', c => read(c, c.req.param('id'), run => canonical(run.events.map(bareEvent))))
    .get('/v0/runs/:id/actions', c => read(c, c.req.param('id'), stepsJson))
    .post('/v1/checkpoint/:id/async', async c => {
      const body = parseJson(await c.req.text());
      const reply = checkpoint(core, body);
      if (reply.status === 200) return c.body(null, 200, json);
      const data = isObject(body) ? { run_id: text(body, 'run_id') ?? '' } : null;
      return c.json({ data, error: reply.error, status: reply.status }, reply.status);
    });
}
