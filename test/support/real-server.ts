/** The Inngest server that `INNGEST_BASE_URL` names, if any: it outlives the tests that use it. */

export const REAL_SERVER = process.env.INNGEST_BASE_URL;

/**
 * Takes an app off the real server once its tests are over: it would be called for the events of every later app that has
 * workflows of the same names, and be waited for.
 */
export async function leaveRealServer(appId: string): Promise<void> {
  if (!REAL_SERVER) return;
  const response = await fetch(`${REAL_SERVER}/v0/gql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      query: 'mutation($name: String!) { deleteAppByName(name: $name) }',
      variables: { name: appId },
    }),
  });
  const answer = (await response.json()) as { data?: { deleteAppByName?: boolean } };
  if (!answer.data?.deleteAppByName) throw new Error(`${appId} was not removed: ${JSON.stringify(answer)}`);
}
