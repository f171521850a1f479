import { MastraInngestError } from '../errors';

/** Inngest's realtime WebSocket, on the server whose API is at `apiBaseUrl`. */
export function socketAddress(apiBaseUrl: string, token: string): string {
  const url = new URL('/v1/realtime/connect', apiBaseUrl);
  url.protocol = url.protocol === 'http:' ? 'ws:' : 'wss:';
  url.searchParams.set('token', token);
  return url.href;
}

export function noToken(channel: string): MastraInngestError {
  return new MastraInngestError(
    'REALTIME_FAILED',
    `Inngest gave no subscription token for the channel ${channel}. Check the client's keys and base URL.`,
  );
}
