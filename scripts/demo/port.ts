import { createServer } from 'node:net';
import { DemoProblem } from './problem.js';

/** Fails with one clear line when nothing can listen there, before anything is started. */
export async function requireFreePort(
  what: string,
  host: string,
  port: number,
  setting: string,
): Promise<void> {
  const probe = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      probe.once('error', reject);
      probe.listen({ host, port, exclusive: true }, resolve);
    });
  } catch (error) {
    throw new DemoProblem(describe(error as NodeJS.ErrnoException, what, host, port, setting));
  }
  await new Promise(resolve => probe.close(resolve));
}

function describe(
  error: NodeJS.ErrnoException,
  what: string,
  host: string,
  port: number,
  setting: string,
): string {
  if (error.code !== 'EADDRINUSE') return `${what} cannot listen on ${host}:${port}: ${error.message}`;
  return `Port ${port} on ${host}, for ${what}, is in use. Stop what listens there or set ${setting} to another port.`;
}
