import { beforeAll, describe, expect, test } from 'vitest';
import { MODERN_META, postModern } from '../cluster/modern-wire.ts';
import { lastEventId, readStream } from '../cluster/stream-reader.ts';
import { type Message, messagesOf, openSession, post, sessionOf, textOf, type WireSession } from '../cluster/wire.ts';
import { bearer, useProtected } from './protected.ts';
import { visible } from './visible.ts';

const deployment = useProtected({ ANYPOD_LEGACY_SSE: 'true' });

/** Ann's session on pod 0, with a running call that has asked her a question, and a stream. */
interface Victim {
  readonly session: WireSession;
  readonly question: string;
  readonly eventId: string;
  readonly stream: ReturnType<typeof readStream>;
}

let victim: Victim;

beforeAll(async () => {
  const [pod] = deployment.urls;
  const session = await openSession(pod, { headers: bearer(await deployment.token()) });
  const stream = readStream(await session.call(pod, 'asking', 'ask'));
  const question = await stream.until(({ method }) => method === 'elicitation/create');
  victim = { session, stream, question: String(question.id), eventId: lastEventId(stream.events) };
});

/** An id of the right form that no pod has made. */
const UNKNOWN = `${'A'.repeat(22)}${'B'.repeat(22)}`;

/** Others, whom the id of Ann's session must not help. */
const OTHERS: readonly [string, () => Promise<string>][] = [
  ['another user of her tenant', () => deployment.token({ sub: 'eve' })],
  ['her namesake at another issuer', () => deployment.b.token()],
  ['herself for another tenant', () => deployment.token({ tenant: 'umbrella' })],
  ['a client that is called like her', () => deployment.token({ sub: undefined, client_id: 'ann' })],
  ['a user whose name imitates hers', () => deployment.token({ sub: `ann","acme` })],
];

/** Everything that a caller can do with the id of a session. */
const DEEDS: readonly [string, (pod: URL, session: WireSession) => Promise<Response>][] = [
  ['lists tools', (pod, session) => session.send(pod, { jsonrpc: '2.0', id: 1, method: 'tools/list' })],
  ['calls a tool', (pod, session) => session.call(pod, 1, 'echo', { text: 'x' })],
  ['reuses the id of a running call', (pod, session) => session.call(pod, 'asking', 'echo', { text: 'x' })],
  ['sends a batch', (pod, session) => post(pod, [{ jsonrpc: '2.0', id: 1, method: 'ping' }], session.headers)],
  ['notifies', (pod, session) => session.send(pod, { jsonrpc: '2.0', method: 'notifications/initialized' })],
  [
    'cancels a call',
    (pod, session) =>
      session.send(pod, { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'asking' } }),
  ],
  [
    'answers a question',
    (pod, session) =>
      session.send(pod, {
        jsonrpc: '2.0',
        id: victim.question,
        result: { action: 'accept', content: { name: 'Eve' } },
      }),
  ],
  [
    'reports progress',
    (pod, session) =>
      session.send(pod, {
        jsonrpc: '2.0',
        method: 'notifications/progress',
        params: { progressToken: victim.question, progress: 1 },
      }),
  ],
  [
    'sets the level',
    (pod, session) =>
      session.send(pod, { jsonrpc: '2.0', id: 1, method: 'logging/setLevel', params: { level: 'debug' } }),
  ],
  [
    'subscribes',
    (pod, session) =>
      session.send(pod, { jsonrpc: '2.0', id: 1, method: 'resources/subscribe', params: { uri: 'note://one' } }),
  ],
  ['opens the standing stream', (pod, session) => session.listen(pod)],
  ['resumes a stream', (pod, session) => session.listen(pod, victim.eventId)],
  ['resumes with a forged event id', (pod, session) => session.listen(pod, `${victim.eventId}0`)],
  ['ends the session', (pod, session) => session.end(pod)],
];

describe.each(OTHERS)('%s', (_name, tokenOf) => {
  test.each(DEEDS)('%s: gets the answer for an unknown id, on each pod [auth.foreign.session]', async (_deed, act) => {
    const headers = bearer(await tokenOf());
    for (const pod of deployment.urls) {
      const foreign = await visible(await act(pod, sessionOf(victim.session.id, '2025-11-25', {}, headers)));
      const unknown = await visible(await act(pod, sessionOf(UNKNOWN, '2025-11-25', {}, headers)));
      expect(foreign).toEqual(unknown);
      expect(foreign).toMatchObject({ status: 404 });
    }
  });
});

test.each(DEEDS)(
  'a session that began with a token: whoever %s without one, or with one that is over, gets 401, as for an unknown id [auth.foreign.session]',
  async (_deed, act) => {
    const expired = bearer(await deployment.token({ exp: 1 }));
    for (const pod of deployment.urls) {
      for (const headers of [{}, expired]) {
        const foreign = await visible(await act(pod, sessionOf(victim.session.id, '2025-11-25', {}, headers)));
        expect(foreign).toEqual(await visible(await act(pod, sessionOf(UNKNOWN, '2025-11-25', {}, headers))));
        expect(foreign).toMatchObject({ status: 401 });
      }
    }
  },
);

test('the owner notices nothing of all this, and gets her answer on the other pod [auth.foreign.session]', async () => {
  const [, other] = deployment.urls;
  const answered = await victim.session.send(other, {
    jsonrpc: '2.0',
    id: victim.question,
    result: { action: 'accept', content: { name: 'Ann' } },
  });
  expect(answered.status).toBe(202);
  const rest = await victim.stream.rest();
  expect(textOf(rest.at(-1))).toContain('Ann');
});

describe('in a session of her own, another user', () => {
  const mine = async () => openSession(deployment.urls[1], { headers: bearer(await deployment.token({ sub: 'eve' })) });

  test('cannot resume a foreign stream: a foreign event id is like a forged one [auth.foreign.event-id]', async () => {
    const session = await mine();
    const forged = victim.eventId.replace(/\.[^.]{22}\./, `.${'C'.repeat(22)}.`);
    for (const pod of deployment.urls) {
      const foreign = await visible(await session.listen(pod, victim.eventId));
      expect(foreign).toEqual(await visible(await session.listen(pod, forged)));
      expect(foreign).toMatchObject({ status: 400 });
    }
  });

  test('cannot answer or cancel what is not hers [auth.foreign.question]', async () => {
    const [pod, other] = deployment.urls;
    const ann = await openSession(pod, { headers: bearer(await deployment.token()) });
    const stream = readStream(await ann.call(pod, 'asking', 'ask'));
    const { id } = await stream.until(({ method }) => method === 'elicitation/create');
    const session = await mine();
    const about = (question: string, requestId: string) => [
      { jsonrpc: '2.0', id: question, result: { action: 'accept', content: { name: 'Eve' } } },
      { jsonrpc: '2.0', id: question, error: { code: -1, message: 'no' } },
      { jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: question, progress: 1 } },
      { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId } },
    ];
    const seen = async (each: URL, messages: readonly object[]) =>
      Promise.all(messages.map(async (message) => visible(await session.send(each, message))));
    for (const each of [pod, other]) {
      const unknown = String(id).replace(/[^.]{4}$/, 'AAAA');
      expect(await seen(each, about(String(id), 'asking'))).toEqual(await seen(each, about(unknown, 'unknown')));
    }
    await ann.send(other, { jsonrpc: '2.0', id: id as string, result: { action: 'accept', content: { name: 'Ann' } } });
    expect(textOf((await stream.rest()).at(-1))).toContain('Ann');
  });

  test.each(['__proto__', 'constructor', 'a\tb', '../../x', '%0d%0aX-Evil: 1', 'x'.repeat(5000), '*', '{anypod}'])(
    'gets 404 for the session id %j [auth.foreign.session]',
    async (id) => {
      const headers = { ...bearer(await deployment.token({ sub: 'eve' })), 'mcp-session-id': id };
      const response = await post(deployment.urls[0], { jsonrpc: '2.0', id: 1, method: 'ping' }, headers);
      expect(response.status).toBe(404);
      expect(response.headers.get('x-evil')).toBeNull();
    },
  );
});

describe('over HTTP+SSE, another user', () => {
  const open = (token: string, lastEventId?: string) =>
    fetch(new URL('/sse', deployment.urls[0]), {
      headers: {
        accept: 'text/event-stream',
        ...bearer(token),
        ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
      },
    });

  test('can neither post to a foreign session nor continue its stream [auth.foreign.session]', async () => {
    const [pod, other] = deployment.urls;
    const [ann, eve] = [await deployment.token(), await deployment.token({ sub: 'eve' })];
    const stream = readStream(await open(ann));
    const address = String((await stream.next())?.data);
    const eventId = lastEventId(stream.events);
    const send = (to: URL, path: string, token: string) =>
      post(new URL(path, to), { jsonrpc: '2.0', id: 1, method: 'tools/list' }, bearer(token));
    for (const each of [pod, other]) {
      const foreign = await visible(await send(each, address, eve));
      expect(foreign).toEqual(await visible(await send(each, `/messages?sessionId=${UNKNOWN}`, eve)));
      expect(foreign).toMatchObject({ status: 404 });
    }
    const resumed = await visible(await open(eve, eventId));
    expect(resumed).toEqual(await visible(await open(eve, `${UNKNOWN}${eventId.slice(eventId.indexOf('~'))}`)));
    expect(resumed).toMatchObject({ status: 404 });
    expect((await send(other, address, ann)).status).toBe(202);
    await stream.until(({ id }) => id === 1);
    await stream.cut();
  });
});

describe('in the 2026 revision, another user', () => {
  const call = async (pod: URL, params: object, sub: string): Promise<Message> => {
    const _meta = {
      'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } },
      ...(params as { _meta?: object })._meta,
    };
    const headers = bearer(await deployment.token({ sub, scope: 'mcp' }));
    const [message] = await messagesOf(
      await postModern(pod, 'tools/call', { arguments: {}, ...params, _meta }, headers),
    );
    return message as Message;
  };

  test('cannot use a foreign request state: it is like a forged one [auth.foreign.state]', async () => {
    const [pod, other] = deployment.urls;
    const asked = await call(pod, { name: 'confirm' }, 'ann');
    const requestState = String(asked.result?.['requestState']);
    const inputResponses = { question: { action: 'accept', content: { answer: 'yes' } } };
    const foreign = await call(other, { name: 'confirm', requestState, inputResponses }, 'eve');
    expect(foreign.error?.data).toEqual({ reason: 'invalid_request_state' });
    expect(foreign).toEqual(
      await call(other, { name: 'confirm', requestState: `${requestState}x`, inputResponses }, 'eve'),
    );
    expect(textOf(await call(other, { name: 'confirm', requestState, inputResponses }, 'ann'))).toBe('held: yes');
  });

  test('cannot wake or end a foreign parked call, though its state is true [auth.foreign.state]', async () => {
    const [pod, other] = deployment.urls;
    const asked = await call(pod, { name: 'ask' }, 'ann');
    const [question = ''] = Object.keys(asked.result?.['inputRequests'] as object);
    const requestState = String(asked.result?.['requestState']);
    const answer = (name: string, state = requestState) => ({
      name: 'ask',
      requestState: state,
      inputResponses: { [question]: { action: 'accept', content: { name } } },
    });
    for (const each of [pod, other]) {
      const foreign = await call(each, answer('Eve'), 'eve');
      expect(foreign.error?.data).toEqual({ reason: 'invalid_request_state' });
      expect(foreign).toEqual(await call(each, answer('Eve', `${requestState}x`), 'eve'));
    }
    expect(textOf(await call(other, answer('Ann'), 'ann'))).toContain('Ann');
  });

  test('cannot use or delete a foreign handle: it is like an unknown one, in a session too [auth.foreign.handle]', async () => {
    const [pod, other] = deployment.urls;
    const handle = textOf(await call(pod, { name: 'keep' }, 'ann'));
    const use = async (name: string, id: string, sub: string) =>
      textOf(await call(other, { name, arguments: { handle: id } }, sub));
    const session = await openSession(pod, { headers: bearer(await deployment.token({ sub: 'eve' })) });
    const inSession = async (name: string, id: string) =>
      textOf((await messagesOf(await session.call(other, `${name} ${id}`, name, { handle: id }))).at(-1));
    const unknown = 'A'.repeat(22);
    for (const name of ['count', 'drop']) {
      expect(await use(name, handle, 'eve')).toBe(await use(name, unknown, 'eve'));
      expect(await inSession(name, handle)).toBe(await inSession(name, unknown));
    }
    expect([await use('count', handle, 'ann'), await use('drop', handle, 'ann')]).toEqual(['2', 'true']);
  });

  test('gets no result of a foreign call with the same key [auth.foreign.retry]', async () => {
    const [pod, other] = deployment.urls;
    const _meta = { ...MODERN_META, 'anypod/idempotencyKey': 'the-same-key-0123456789' };
    const params = { name: 'once', arguments: { key: 'shared' }, _meta };
    const first = textOf(await call(pod, params, 'ann'));
    expect(textOf(await call(other, params, 'ann'))).toBe(first);
    await call(other, params, 'eve');
    const subjects = deployment.journal('shared', 'effect').map(({ value }) => (value as { sub: string }).sub);
    expect(subjects).toEqual(['ann', 'eve']);
  });
});
