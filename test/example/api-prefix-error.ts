/** What Mastra's server says today. The README quotes it, so that people who search for it find the way out. */
export const refusal =
  'Custom API route "/api/inngest" must not start with "/api" — that path is reserved for built-in Mastra routes. ' +
  'Choose a different path (e.g. "/custom/inngest").';
