import { inngest } from '../mastra/inngest';

const sendWelcomeEmail = inngest.createFunction(
  { id: 'send-welcome-email' },
  { event: 'user/registered' },
  async ({ event, step }) => {
    const { email, name } = event.data as { email: string; name: string };
    // Put the call of your mail provider into the step: a step that has finished never runs again.
    const sent = await step.run('send-email', async () => ({ to: email, subject: `Welcome, ${name}!` }));
    return { status: 'sent', ...sent };
  },
);

const processWebhook = inngest.createFunction(
  { id: 'process-webhook' },
  { event: 'webhook/received' },
  async ({ event, step }) => {
    const { source, payload } = event.data as { source: string; payload: Record<string, unknown> };
    const fields = await step.run('read-payload', async () => Object.keys(payload).sort());
    return { status: 'processed', source, fields };
  },
);

export const customFunctions = [sendWelcomeEmail, processWebhook];
