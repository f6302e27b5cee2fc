import type { Socket } from 'node:net';

/** Passes on what each side sends. If one side breaks or closes, the other is closed too. `onClose` may be called once per side. */
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
