import * as sdk from '@modelcontextprotocol/server';
import { afterAll, describe, expect, it } from 'vitest';
import { departureOf } from '../../core/departure.ts';
import type { JsonRpcRequest, JsonRpcResponse } from '../../core/json/json-rpc.ts';
import { silentWatch } from '../../core/meter.ts';
import type { WebReply } from '../../core/reply.ts';
import { ScopeChallenge } from '../../core/scope-challenge.ts';
import { withReadableError } from '../sdk/readable-error.ts';
import { type Asked, CHANGES, createServer, REQUESTS } from './direct-call.fixture.ts';
import { modernOptions } from './modern-options.fixture.ts';
import { createModernServers } from './modern-servers.ts';
import { isPlainCall } from './plain-call.ts';

/** How many requests are generated. Set `DIRECT_CALLS` for more. */
const GENERATED = Number(process.env['DIRECT_CALLS'] ?? 1500);
const URL_OF_POD = 'http://localhost/mcp';

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const start = (reuse: boolean) => createModernServers(modernOptions(createServer, reuse));

const fresh = start(false);
const reused = start(true);
const alone = sdk.createMcpHandler(createServer, { legacy: 'reject' });
afterAll(async () => {
  await Promise.all([fresh.stopCalls(), reused.stopCalls(), alone.close()]);
});

async function askAnypod(servers: typeof fresh, { body, headers }: Asked): Promise<Answer> {
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const reply = {
    watch: silentWatch,
    form: 'json',
    json: (status: number, text: string) => resolve({ status, body: JSON.parse(text) }),
    empty: (status: number) => resolve({ status, body: undefined }),
    response: (response: Response) => resolve(answerOf(response)),
  } as unknown as WebReply;
  const { signal } = new AbortController();
  const request = { body: body as unknown as JsonRpcRequest, caller: { headers, url: URL_OF_POD }, reply };
  try {
    await servers.call({ ...request, departure: departureOf(() => signal) });
  } catch (error) {
    if (!(error instanceof ScopeChallenge)) throw error;
    return { status: 403, body: 'challenge' };
  }
  return promise;
}

async function askSdk({ body, headers }: Asked): Promise<Answer> {
  const view = new Request(URL_OF_POD, { method: 'POST', headers });
  const response = await alone.fetch(view, { parsedBody: structuredClone(body) });
  if (response.status === 403) return { status: 403, body: 'challenge' };
  const { status, body: answer } = await answerOf(response);
  // anypod says in a sentence what the SDK's schemas find.
  return { status, body: answer === undefined ? undefined : withReadableError(answer as JsonRpcResponse) };
}

/** The result's stream, if it is one, has one event: the response. */
async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  const data = /^data: (.*)$/m.exec(text)?.[1] ?? text;
  return { status: response.status, body: data === '' ? undefined : JSON.parse(data) };
}

/** The same sequence in each run. */
function createPick(seed: number) {
  let state = seed;
  return <T>(values: readonly T[]): T => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return values[Math.floor((state / 2 ** 32) * values.length)] as T;
  };
}

/** Only what JSON can carry reaches a server. */
const wire = ({ body, headers }: Asked): Asked => ({ body: JSON.parse(JSON.stringify(body)), headers });

async function expectAlike(asked: Asked): Promise<void> {
  const expected = await askSdk(asked);
  for (const servers of [fresh, reused]) {
    const answer = await askAnypod(servers, wire(asked));
    expect({ asked, answer }).toEqual({ asked, answer: expected });
  }
}

const isPlain = ({ body, headers }: Asked) => isPlainCall(body as never, { headers, url: URL_OF_POD });

describe('a call that skips the checks of the SDK', () => {
  it.each(REQUESTS.map((make) => [JSON.stringify(make().body), make] as const))(
    'is answered as by the SDK: %s',
    (_, make) => expectAlike(make()),
  );

  it.each(CHANGES.map((change, index) => [index, change] as const))(
    'is answered as by the SDK after change %i [modern.direct]',
    async (_, change) => {
      const pick = createPick(7);
      for (const make of REQUESTS) {
        for (let round = 0; round < 3; round++) {
          const asked = make();
          change(asked, pick);
          await expectAlike(asked);
        }
      }
    },
  );

  it(`is answered as by the SDK, ${GENERATED} times at random [modern.direct]`, {
    timeout: 60_000 + 20 * GENERATED,
  }, async () => {
    const pick = createPick(2026);
    let plain = 0;
    for (let number = 0; number < GENERATED; number++) {
      const asked = pick(REQUESTS)();
      for (let left = pick([0, 1, 1, 2, 3]); left > 0; left--) pick(CHANGES)(asked, pick);
      await expectAlike(asked);
      if (isPlain(asked)) plain += 1;
    }
    // Otherwise the comparison says nothing.
    expect(plain).toBeGreaterThan(GENERATED / 10);
    expect(plain).toBeLessThan((GENERATED * 9) / 10);
  });

  it('is what clients usually send', () => {
    const [call, , , , ...rest] = REQUESTS.map((make) => make());
    expect(isPlain(call as Asked)).toBe(true);
    expect(rest.filter(isPlain).length).toBeGreaterThan(15);
  });
});
