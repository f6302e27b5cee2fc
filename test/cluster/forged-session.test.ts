import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { useDeployment } from './deployment.ts';
import { commandsDuring, ownCommandsSince } from './redis-commands.ts';
import { messagesOf, openSession, sessionOf } from './wire.ts';

const deployment = useDeployment();

const PING = { jsonrpc: '2.0', id: 1, method: 'ping' };
const FORGED = 200;

/** A real id with one character changed: the right form, the wrong code. */
function forge(id: string, position: number): string {
  const at = position % id.length;
  return `${id.slice(0, at)}${id[at] === 'A' ? 'B' : 'A'}${id.slice(at + 1)}`;
}

describe('a forged session id', () => {
  test('is refused with 404 without asking the store [legacy.session.forged-id]', async () => {
    const { id } = await openSession(deployment.pods[0]);
    const forged = Array.from({ length: FORGED }, (_, index) => forge(id, index)).concat(
      randomBytes(32).toString('base64url'),
    );
    const from = performance.now();
    const commands = await commandsDuring(deployment.redisUrl, async () => {
      for (const [index, bad] of forged.entries()) {
        const pod = deployment.pods[index % 3] as URL;
        const session = sessionOf(bad, '2025-11-25');
        const requests = [() => session.send(pod, PING), () => session.listen(pod), () => session.end(pod)];
        const response = await (requests[index % requests.length] as () => Promise<Response>)();
        expect(response.status).toBe(404);
        await response.body?.cancel();
      }
    });
    expect(commands.filter((command) => forged.some((bad) => command.some((word) => word.includes(bad))))).toEqual([]);
    expect(commands.length).toBeLessThan(ownCommandsSince(from));
  });

  test('while a real one does ask it, where the pod has not cached the session', async () => {
    const session = await openSession(deployment.pods[0]);
    const commands = await commandsDuring(deployment.redisUrl, async () => {
      await messagesOf(await session.send(deployment.pods[1], PING));
    });
    expect(commands.some((command) => command.some((word) => word.includes(session.id)))).toBe(true);
  });
});
