import { DemoProblem } from './problem.js';

const mutation = `mutation InvokeFunction($functionSlug: String!, $data: Map) {
  invokeFunction(functionSlug: $functionSlug, data: $data)
}`;

/** What the *Invoke* button of Inngest's dashboard sends. */
export async function invoke(
  serverUrl: string,
  functionSlug: string,
  data: Record<string, unknown>,
): Promise<void> {
  const response = await fetch(`${serverUrl}/v0/gql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      operationName: 'InvokeFunction',
      query: mutation,
      variables: { functionSlug, data },
    }),
  });
  const text = await response.text();
  if (!response.ok || !accepted(text)) {
    throw new DemoProblem(
      `${serverUrl} refused to invoke ${functionSlug}: ${response.status} ${text.slice(0, 300)}`,
    );
  }
}

function accepted(text: string): boolean {
  try {
    return (JSON.parse(text) as { data?: { invokeFunction?: boolean } }).data?.invokeFunction === true;
  } catch {
    return false;
  }
}
