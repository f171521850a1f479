/** The process in which the test kit is measured: apps as tests make them, one after the other. Prints the samples as JSON. */
import { Mastra } from '@mastra/core/mastra';
import type * as Ours from '@mastra/inngest';
import type * as Testing from '@mastra/inngest/testing';
import { Inngest } from 'inngest';
import { z } from 'zod';
import type { KitSample, KitSamples } from '../kit';

// Named at run time: the packed package, and not the sources, which the compiler's paths name.
const packed = '@mastra/inngest';
const { createStep, init } = (await import(packed)) as typeof Ours;
const { testApp } = (await import(`${packed}/testing`)) as typeof Testing;

const DAY = 86_400_000;
const counts = z.record(z.string(), z.number());
const passOn = (id: string) =>
  createStep({ id, inputSchema: counts, outputSchema: counts, execute: async ({ inputData }) => inputData });

/** An app as a test makes it: a client, a workflow of `before` steps, a sleep of a week if `after` is given, and so many steps. */
function makeApp(before: number, after = 0) {
  const inngest = new Inngest({ id: 'kit', isDev: true });
  const { createWorkflow } = init(inngest);
  let workflow = createWorkflow({ id: 'measured', inputSchema: counts, outputSchema: counts }).then(
    passOn('first'),
  );
  for (let index = 1; index < before; index++) workflow = workflow.then(passOn(`before-${index}`));
  if (after > 0) workflow = workflow.sleep(7 * DAY).then(passOn('woken'));
  for (let index = 1; index < after; index++) workflow = workflow.then(passOn(`after-${index}`));
  const measured = workflow.commit();
  return { inngest, mastra: new Mastra({ workflows: { measured }, logger: false }) };
}

async function oneTest(before: number, after?: number): Promise<void> {
  const app = await testApp(makeApp(before, after));
  const run = await app.start('measured', { inputData: {} });
  if (after) await app.advance('7 days');
  const result = (await run.result()) as { status: string };
  if (result.status !== 'success') throw new Error(`The run ended as ${result.status}`);
  await app.stop();
}

async function sample(work: () => Promise<void>): Promise<KitSample> {
  const [began, cpu] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return { wall: performance.now() - began, cpu: (user + system) / 1000 };
}

async function samples(count: number, work: () => Promise<void>): Promise<KitSample[]> {
  const all: KitSample[] = [];
  for (let index = 0; index < count; index++) all.push(await sample(work));
  return all;
}

const startAndStop = async () => (await testApp(makeApp(2))).stop();
const hundredTests = async () => {
  for (let index = 0; index < 100; index++) await oneTest(2);
};

await oneTest(2);
const measured: KitSamples = {
  start: await samples(30, startAndStop),
  long: await samples(15, () => oneTest(50, 50)),
  many: await samples(5, hundredTests),
};
process.stdout.write(JSON.stringify(measured), () => process.exit());
