import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

/** Takes a connection that becomes a WebSocket. */
export type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

export const refusal = (status: string): string =>
  `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n{"error":"Not authenticated"}`;

/** Has each path's WebSockets taken by whom they are for. */
export function attachUpgrades(server: Server, paths: Readonly<Record<string, Upgrade>>): void {
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const url = request.url ?? '';
    const path = URL.canParse(url, 'http://local') ? new URL(url, 'http://local').pathname : '';
    const upgrade = Object.hasOwn(paths, path) ? paths[path] : undefined;
    if (upgrade) upgrade(request, socket, head);
    else socket.end(refusal('404 Not Found'));
  });
}
