/** What a server does with `-u`: asks the app at this address to register itself. */
export async function register(appUrl: string): Promise<void> {
  const headers = { 'x-inngest-server-kind': 'dev' };
  const response = await fetch(`${appUrl}/api/inngest`, { method: 'PUT', headers });
  if (!response.ok) throw new Error(`The app did not register: ${response.status} ${await response.text()}`);
}
