/** A server that runs for long may connect to Inngest itself, in place of the route. */
export async function register() {
  if (process.env['NEXT_RUNTIME'] !== 'nodejs' || process.env['INNGEST_CONNECT'] === undefined) return;
  const { connect } = await import('@mastra/inngest/connect');
  const { inngest, mastra } = await import('./mastra');
  await connect({ mastra, inngest });
}
