import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { alternating, type FetchLike } from '../lib/pod-choosing-fetch.ts';
import { useDeployment } from './deployment.ts';
import { OFFICIAL_CLIENTS } from './official-clients.ts';
import { eventually } from './settle.ts';
import { lastEventId, readStream } from './stream-reader.ts';
import { openSession } from './wire.ts';

const deployment = useDeployment();

describe('a client that has all of a finished stream', () => {
  test('is told on any pod that there is nothing more, and is not kept [legacy.resume.any-pod]', async () => {
    const session = await openSession(deployment.pods[0]);
    const stream = readStream(await session.call(deployment.pods[0], 1, 'slow', { steps: 2, ms: 10 }, 'token'));
    await stream.rest();
    for (const pod of deployment.pods) {
      // The client may be faster than the log, and then gets the end once more.
      await eventually(async () => {
        const response = await session.listen(pod, lastEventId(stream.events));
        await response.text();
        expect(response.status).toBe(204);
      });
    }
  });

  test.each(OFFICIAL_CLIENTS)('does not ask for ever, though its call failed: $label', async ({ connect }) => {
    const resumes: string[] = [];
    const choose = alternating(deployment.pods);
    const fetch: FetchLike = (url, init) => {
      const id = new Headers(init?.headers).get('last-event-id');
      if (id !== null) resumes.push(id);
      return choose(url, init);
    };
    const client = await connect({ fetch });
    await expect(client.read('note://broken')).rejects.toThrow();
    // Client v1 takes an error for no end, and comes back every second for as long as that is answered with a stream.
    await delay(4000);
    expect(resumes.length).toBeLessThan(3);
    await client.close();
  });
});
