import { expect, it } from 'vitest';
import { ASKS, createEndpoint } from './endpoint.ts';

const ONCE = { safe: false, prompt: false };
const url = new URL('http://127.0.0.1/mcp');
const refused = () => Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNREFUSED' } });
const cut = () => Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNRESET' } });
const status = (code: number, headers: Record<string, string> = {}) => new Response(null, { status: code, headers });

/** An endpoint whose answers come in this order; the last one for ever. */
function answering(...answers: (() => Response | Error)[]) {
  const times: number[] = [];
  const fetch = async () => {
    times.push(performance.now());
    const answer = (answers[Math.min(times.length, answers.length) - 1] as () => Response | Error)();
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { times, endpoint: (patienceMs = 20_000) => createEndpoint({ url, fetch, patienceMs, silenceMs: 200 }) };
}

it.each([
  ['a connection that was refused', refused],
  ['503 with Retry-After', () => status(503, { 'retry-after': '0' })],
  ['429 with Retry-After', () => status(429, { 'retry-after': '0' })],
])('a request is sent again after %s, also if it is not safe [client.back-off]', async (_what, answer) => {
  const { times, endpoint } = answering(answer, answer, () => status(200));
  expect((await endpoint().send({}, ONCE)).status).toBe(200);
  expect(times).toHaveLength(3);
});

it.each([
  ['a connection that was cut', cut],
  ['503 without Retry-After', () => status(503)],
  ['502', () => status(502)],
  ['504', () => status(504)],
])('a request is sent again after %s only if it is safe [client.repeat]', async (_what, answer) => {
  const safe = answering(answer, () => status(200));
  expect((await safe.endpoint().send({}, ASKS)).status).toBe(200);
  const other = answering(answer, () => status(200));
  const outcome = await other
    .endpoint()
    .send({}, ONCE)
    .catch((error: Error) => error);
  expect(outcome instanceof Error || outcome.status >= 500).toBe(true);
  expect(other.times).toHaveLength(1);
});

it.each([
  ['seconds', () => '1'],
  ['a date', () => new Date(Date.now() + 2000).toUTCString()],
])('Retry-After is kept: %s [client.back-off]', async (_form, after) => {
  const { times, endpoint } = answering(
    () => status(503, { 'retry-after': after() }),
    () => status(200),
  );
  await endpoint().send({}, ONCE);
  expect((times[1] as number) - (times[0] as number)).toBeGreaterThan(950);
});

it('a limit that waiting does not change is passed on: 429 without Retry-After', async () => {
  const { times, endpoint } = answering(() => status(429));
  expect((await endpoint().send({}, ASKS)).status).toBe(429);
  expect(times).toHaveLength(1);
});

it('patience ends with the last answer, or the last error', async () => {
  const busy = answering(() => status(503, { 'retry-after': '3600' }));
  expect((await busy.endpoint().send({}, ASKS)).status).toBe(503);
  expect(busy.times).toHaveLength(1);
  const away = answering(refused);
  await expect(away.endpoint(600).send({}, ASKS)).rejects.toThrow('fetch failed');
  expect(away.times.length).toBeGreaterThan(1);
});

it('waits end with their signal', async () => {
  const { endpoint } = answering(refused);
  await expect(endpoint().send({ signal: AbortSignal.timeout(100) }, ASKS)).rejects.toThrow();
});

it('an answer that does not begin in time is one from a lost connection; its body may take longer [client.silence]', async () => {
  let requests = 0;
  const fetch = async (_input: unknown, init?: RequestInit): Promise<Response> => {
    requests += 1;
    if (requests > 1) return new Response(new ReadableStream({ pull: (body) => later(() => body.close()) }));
    return new Promise((_resolve, reject) =>
      init?.signal?.addEventListener('abort', () => reject(init.signal?.reason)),
    );
  };
  const later = (what: () => void) => new Promise<void>((resolve) => setTimeout(() => resolve(what()), 400));
  const answer = await createEndpoint({ url, fetch, patienceMs: 20_000, silenceMs: 200 }).send({}, ASKS);
  expect(requests).toBe(2);
  expect(await answer.text()).toBe('');
});
