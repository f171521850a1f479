import path from 'node:path';
import { Child } from '../processes/child';
import { freePort } from '../processes/free-port';

const root = path.resolve(import.meta.dirname, '../..');

export interface Ports {
  inngest: number;
  app: number;
}

export async function freePorts(): Promise<Ports> {
  return { inngest: await freePort(), app: await freePort() };
}

/** `npm run demo -- …args`, without npm and its install step. */
export function startDemo(args: string[], ports: Ports, env: NodeJS.ProcessEnv = {}): Child {
  return new Child(process.execPath, ['--import', 'tsx', 'scripts/demo/main.ts', ...args], {
    cwd: root,
    env: {
      INNGEST_BASE_URL: undefined,
      DEMO_INNGEST_PORT: String(ports.inngest),
      DEMO_APP_PORT: String(ports.app),
      ...env,
    },
  });
}

/** The JSON that the demo prints under "Result". */
export function printedResult(demo: Child): unknown {
  const json = demo.stdout.split(/^Result$/m)[1];
  if (!json) throw new Error(`No result was printed:\n${demo.output}`);
  return JSON.parse(json.slice(0, json.lastIndexOf('}') + 1));
}
