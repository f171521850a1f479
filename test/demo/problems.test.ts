import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { freePort } from '../processes/free-port';
import { freePorts, startDemo, type Ports } from './demo';

const occupied: Server[] = [];

afterEach(async () => {
  for (const server of occupied.splice(0)) await new Promise(resolve => server.close(resolve));
});

describe('what goes wrong is said in one line, with a non-zero exit', () => {
  it("a port in use: the Inngest server's", async () => {
    const ports = { ...(await freePorts()), inngest: await occupiedPort() };
    const line = await errorLine([], ports);
    expect(line).toContain(`Port ${ports.inngest} on 127.0.0.1`);
    expect(line).toContain('DEMO_INNGEST_PORT');
  });

  it("a port in use: the app's", async () => {
    const ports = { ...(await freePorts()), app: await occupiedPort() };
    const line = await errorLine([], ports);
    expect(line).toContain(`Port ${ports.app} on 127.0.0.1`);
    expect(line).toContain('DEMO_APP_PORT');
  });

  it('an Inngest server that cannot be reached', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const line = await errorLine([], await freePorts(), { INNGEST_BASE_URL: url });
    expect(line).toBe(`error: No Inngest server answers at ${url} (INNGEST_BASE_URL).`);
  });

  it('a URL that is none', async () => {
    expect(await errorLine([], await freePorts(), { INNGEST_BASE_URL: 'localhost:8288' })).toContain(
      '"localhost:8288"',
    );
  });

  it('a value that is no number', async () => {
    expect(await errorLine(['--value', 'ten'], await freePorts())).toBe(
      'error: --value must be a number, not "ten".',
    );
  });

  it('an unknown option', async () => {
    expect(await errorLine(['--valeu', '3'], await freePorts())).toContain("Unknown option '--valeu'");
  });
});

async function errorLine(args: string[], ports: Ports, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const demo = startDemo(args, ports, env);
  try {
    expect(await demo.exitCode, demo.output).toBe(1);
    const lines = demo.stderr.trim().split('\n');
    expect(lines).toHaveLength(1);
    return lines[0] ?? '';
  } finally {
    await demo.stop();
  }
}

async function occupiedPort(): Promise<number> {
  const server = createServer();
  occupied.push(server);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
