import { connect, type Socket } from 'node:net';

/** Sends bytes as they are, and returns all that comes back until the server closes the connection or `quietMs` pass without a byte. */
export function exchangeRaw(port: number, sent: string | Buffer, quietMs = 1000): Promise<string> {
  return new Promise((resolve) => {
    let received = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(sent));
    socket.setTimeout(quietMs, () => socket.destroy());
    socket.setEncoding('latin1').on('data', (text: string) => {
      received += text;
    });
    // A server that resets the connection has said what it had to say.
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(received));
  });
}

/** The statuses of the answers, in order. */
export function statusesIn(answers: string): readonly number[] {
  return [...answers.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => Number(status));
}

/** A connection that begins a request and does not end it. `answer` resolves with all that comes back when the server has closed it. */
export function openHalf(port: number, sent: string): { readonly answer: Promise<string>; readonly socket: Socket } {
  const socket = connect(port, '127.0.0.1');
  socket.write(sent);
  const answer = new Promise<string>((resolve) => {
    let received = '';
    socket.setEncoding('latin1').on('data', (text: string) => {
      received += text;
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(received));
  });
  return { answer, socket };
}
