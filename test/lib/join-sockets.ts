import type { Socket } from 'node:net';

/** Passes on what either side sends; where one breaks or closes, the other follows. `onClose` may be called for each side. */
export function joinSockets(client: Socket, server: Socket, onClose: () => void): void {
  client.pipe(server).pipe(client);
  for (const [socket, other] of [
    [client, server],
    [server, client],
  ] as const) {
    socket.on('error', () => other.destroy());
    socket.on('close', () => {
      other.destroySoon();
      onClose();
    });
  }
}
