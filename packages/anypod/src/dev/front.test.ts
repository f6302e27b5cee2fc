import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { freePort } from '../serve/operators/local-port.fixture.ts';
import { openFront } from './front.ts';

const cleanUp: (() => void)[] = [];
afterEach(() => {
  for (const step of cleanUp.splice(0).reverse()) step();
});

/** The port of a pod that answers `says` and the body that it got. */
async function startPod(says: string): Promise<number> {
  const server = createServer((request, response) => {
    void text(request).then((body) => response.end(`${says}: ${body}`));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUp.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

async function open() {
  const front = await openFront('127.0.0.1', 0);
  cleanUp.push(() => front.close());
  const post = async (body: string) => (await fetch(front.origin, { method: 'POST', body })).text();
  return { front, post };
}

it('passes a request to the pod that serves, and the answer back', async () => {
  const { front, post } = await open();
  front.turnTo(await startPod('A'));
  expect(await post('one')).toBe('A: one');
  front.turnTo(await startPod('B'));
  expect(await post('two')).toBe('B: two');
});

it('ends no connection that its client may use again', async () => {
  const { front } = await open();
  front.turnTo(await startPod('A'));
  const response = await fetch(front.origin);
  // Node tells clients here after how long it ends an idle connection.
  expect(response.headers.get('keep-alive')).toBeNull();
  expect(response.headers.get('connection')).toBe('keep-alive');
});

it('keeps a request until a pod serves', async () => {
  const { front, post } = await open();
  const answer = post('early');
  front.turnTo(await startPod('A'));
  expect(await answer).toBe('A: early');
});

it('keeps a request for the next pod if the one before has ended, though nobody has noticed', async () => {
  const { front, post } = await open();
  front.turnTo(await freePort());
  const answer = post('between');
  // Time enough to be refused. The request must not be answered before there is a pod, however long that takes.
  expect(await Promise.race([answer, delay(100, 'waits')])).toBe('waits');
  front.turnTo(undefined);
  front.turnTo(await startPod('B'));
  expect(await answer).toBe('B: between');
});
