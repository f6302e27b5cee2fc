import { describe, expect, it } from 'vitest';
import { createModernCalls } from './modern-calls.ts';

const never = new Promise<never>(() => undefined);

function eventStream(): {
  response: Response;
  send: (text: string) => void;
  end: () => void;
  cancelled: () => boolean;
} {
  let controller: ReadableStreamDefaultController<Uint8Array>;
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>({
    start(given) {
      controller = given;
    },
    cancel() {
      cancelled = true;
    },
  });
  return {
    response: new Response(body, { headers: { 'content-type': 'text/event-stream' } }),
    send: (text) => controller.enqueue(new TextEncoder().encode(text)),
    end: () => controller.close(),
    cancelled: () => cancelled,
  };
}

describe('modern calls', () => {
  it('pass plain answers on and are then no longer busy', async () => {
    const calls = createModernCalls();
    const answer = calls.run(1, async () => Response.json({ ok: true }));
    expect(calls.busy).toBe(1);
    expect(await (await answer).json()).toEqual({ ok: true });
    expect(calls.busy).toBe(0);
  });

  it('count until their stream has ended, and pass it on as it is', async () => {
    const calls = createModernCalls();
    const stream = eventStream();
    const response = await calls.run(1, async () => stream.response);
    expect(calls.busy).toBe(1);
    stream.send('data: 1\n\n');
    stream.end();
    expect(await response.text()).toBe('data: 1\n\n');
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    expect(calls.busy).toBe(0);
  });

  it('stop counting when their client goes, which cancels them', async () => {
    const calls = createModernCalls();
    const stream = eventStream();
    const response = await calls.run(1, async () => stream.response);
    await response.body?.cancel();
    expect(stream.cancelled()).toBe(true);
    expect(calls.busy).toBe(0);
  });

  it('are told at the end of the pod that it goes, each in its own form', async () => {
    const calls = createModernCalls();
    const plain = calls.run(1, () => never);
    const stream = eventStream();
    const streamed = await calls.run('two', async () => stream.response);
    stream.send('data: 1\n\n');
    const reader = streamed.body?.getReader();
    await reader?.read();
    calls.end();
    expect((await plain).status).toBe(503);
    expect(await (await plain).json()).toMatchObject({ id: 1, error: { code: -32603, data: { reason: 'draining' } } });
    const last = new TextDecoder().decode((await reader?.read())?.value);
    expect(JSON.parse(/^data: (.*)$/m.exec(last)?.[1] ?? '')).toMatchObject({
      id: 'two',
      error: { data: { reason: 'draining' } },
    });
    expect((await reader?.read())?.done).toBe(true);
    expect(calls.busy).toBe(0);
  });

  it('that fail are no longer busy', async () => {
    const calls = createModernCalls();
    await expect(calls.run(1, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(calls.busy).toBe(0);
  });
});
