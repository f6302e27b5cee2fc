import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { type Anypod, type AnypodOptions, createAnypod } from './anypod.ts';
import { type Answer, answering, call, createV1, createV2, named, type Seen } from './parked.fixture.ts';

const pods: Anypod[] = [];
afterEach(async () => {
  await Promise.all(pods.splice(0).map((pod) => pod.close()));
});

const SDKS = { v1: createV1, v2: createV2 };

async function start(sdk: keyof typeof SDKS, options: Partial<AnypodOptions> = {}) {
  const seen: Seen = { events: [] };
  const pod = await createAnypod({ createServer: () => SDKS[sdk](seen), ...options });
  pods.push(pod);
  return { pod, seen, tool: (name: string, more?: object, how?: object) => call(pod.fetch, name, more, how) };
}

/** A tool of the fixture. */
type Tool = Awaited<ReturnType<typeof start>>['tool'];

async function answerTwice(tool: Tool, name: string, first: Answer): Promise<Answer> {
  const second = await tool(name, answering(first, { 1: named('Ada') }));
  expect(second.asked).toEqual({ 2: 'second, Ada?' });
  return tool(name, answering(second, { 2: named('Eve') }));
}

const STATE_REFUSED = { code: -32602, data: { reason: 'invalid_request_state' } };

describe.each(['v1', 'v2'] as const)('a handler of SDK %s that awaits its questions, in 2026-07-28', (sdk) => {
  it('is asked for in rounds, and goes on where it was [modern.push.rounds]', async () => {
    const { tool, seen } = await start(sdk);
    const first = await tool('twice');
    expect([first.status, first.result['resultType'], first.asked]).toEqual([200, 'input_required', { 1: 'first' }]);
    expect((await answerTwice(tool, 'twice', first)).said).toEqual(['Ada', 'Eve']);
    expect(seen.events.filter((event) => event === 'began')).toHaveLength(1);
  });

  it('may ask several things at once, which may be answered one by one [modern.push.at-once]', async () => {
    const { tool } = await start(sdk);
    const all = await tool('at_once');
    expect(all.asked).toEqual({ 1: 'name', 2: 'sampling/createMessage', 3: 'roots/list' });
    const thought = { role: 'assistant', content: { type: 'text', text: 'Hm.' }, model: 'm' };
    const rest = await tool('at_once', answering(all, { 2: thought, 4: 'unknown', 3: { method: 'roots/list' } }));
    expect(rest.asked).toEqual({ 1: 'name', 3: 'roots/list' });
    const done = await tool('at_once', answering(rest, { 1: named('Ada'), 3: { roots: [{ uri: 'file:///a' }] } }));
    expect(done.said).toEqual(['Ada', thought.content, 1]);
  });

  it.each(['decline', 'cancel'])('learns that the user says %s [modern.push.declined]', async (action) => {
    const { tool } = await start(sdk);
    const first = await tool('twice');
    const second = await tool('twice', answering(first, { 1: { action } }));
    expect(second.asked).toEqual({ 2: `second, ${action}?` });
  });

  it('may ask for a prompt too [modern.push.rounds]', async () => {
    const { tool } = await start(sdk);
    const prompt = { method: 'prompts/get' };
    const first = await tool('asking', {}, prompt);
    const done = await tool('asking', answering(first, { 1: named('Ada') }), prompt);
    expect(done.result['messages']).toEqual([{ role: 'user', content: { type: 'text', text: 'Ada' } }]);
  });

  it('fails with -32021 if the client cannot be asked, unless it can do without [modern.push.capability]', async () => {
    const { tool } = await start(sdk);
    const refused = await tool('twice', {}, { capabilities: {} });
    const requiredCapabilities = { elicitation: { form: {} } };
    expect(refused).toMatchObject({ status: 400, error: { code: -32021, data: { requiredCapabilities } } });
    expect((await tool('if_possible', {}, { capabilities: { sampling: {} } })).said).toBe('nobody');
    const bare = await tool('if_possible', {}, { capabilities: { elicitation: {} } });
    expect(bare.asked).toEqual({ 1: 'name' });
  });

  it('is woken once by each state, and by no changed one [modern.push.state]', async () => {
    const { tool } = await start(sdk);
    const first = await tool('twice');
    const state = String(first.result['requestState']);
    const ada = { 1: named('Ada') };
    for (const requestState of [`${state}x`, state.replace('"1"', '"2"'), state.slice(3), '', 7, null, {}]) {
      expect(await tool('twice', { requestState, inputResponses: ada })).toMatchObject({ error: STATE_REFUSED });
    }
    // Another tool, and the same tool with other arguments.
    expect(await tool('if_possible', answering(first, ada))).toMatchObject({ error: STATE_REFUSED });
    const others = { ...answering(first, ada), arguments: { other: true } };
    expect(await tool('twice', others)).toMatchObject({ error: STATE_REFUSED });
    const done = await answerTwice(tool, 'twice', first);
    expect(done.said).toEqual(['Ada', 'Eve']);
    expect(await tool('twice', answering(first, ada))).toMatchObject({ error: STATE_REFUSED });
  });

  it('gets no answer after its time, and its handler is aborted [modern.push.expires]', async () => {
    const { tool, seen } = await start(sdk, { parkedTtlMs: 100 });
    const first = await tool('twice');
    await expect.poll(() => seen.events).toEqual(['began', 'aborted']);
    expect(await tool('twice', answering(first, { 1: named('Ada') }))).toMatchObject({ error: STATE_REFUSED });
  });

  it('runs again with its answers if it may [modern.push.reruns]', async () => {
    const { tool, seen } = await start(sdk, { parkedTtlMs: 100 });
    const first = await tool('twice_again');
    await expect.poll(() => seen.events).toContain('aborted');
    const second = await tool('twice_again', answering(first, { 1: named('Ada') }));
    expect(second.asked).toEqual({ 2: 'second, Ada?' });
    await expect.poll(() => seen.events.filter((event) => event === 'aborted')).toHaveLength(2);
    expect((await tool('twice_again', answering(second, { 2: named('Eve') }))).said).toEqual(['Ada', 'Eve']);
    expect(seen.events.filter((event) => event === 'began')).toHaveLength(3);
  });

  it('is refused above the limit, unless it may run again [modern.push.limit]', async () => {
    const { tool, seen } = await start(sdk, { parkedCalls: 1 });
    const kept = await tool('twice');
    const refused = await tool('twice');
    expect(refused).toMatchObject({ status: 503, error: { code: -32603, data: { reason: 'too_many_parked' } } });
    const forgotten = await tool('twice_again');
    await expect.poll(() => seen.events.filter((event) => event === 'aborted')).toHaveLength(2);
    expect((await answerTwice(tool, 'twice_again', forgotten)).said).toEqual(['Ada', 'Eve']);
    expect((await answerTwice(tool, 'twice', kept)).said).toEqual(['Ada', 'Eve']);
  });

  it('runs once for all repeats of a round, if its tool is guarded [modern.push.rounds] [modern.retry.join]', async () => {
    const { tool, seen } = await start(sdk);
    const keyed = (key: string, more: object = {}) =>
      tool('twice_guarded', more, { meta: { 'anypod/idempotencyKey': `a-key-that-nobody-guesses-${key}` } });
    const first = await keyed('1');
    const second = await keyed('2', answering(first, { 1: named('Ada') }));
    const answers = answering(second, { 2: named('Eve') });
    const [done, repeated] = await Promise.all([keyed('3', answers), keyed('3', answers)]);
    expect([done.said, repeated.said, (await keyed('3', answers)).said]).toEqual(Array(3).fill(['Ada', 'Eve']));
    expect(seen.events.filter((event) => event === 'began')).toHaveLength(1);
  });

  it('keeps the result of a handler that has stopped waiting [modern.push.rounds]', async () => {
    const { tool } = await start(sdk);
    const first = await tool('impatient');
    await delay(200);
    expect((await tool('impatient', answering(first, { 1: named('Ada') }))).said).toBe('too late');
  });

  it('ends with the connection of the round in which it runs, and with no earlier one [modern.push.cancelled]', async () => {
    const { tool, seen } = await start(sdk);
    const earlier = new AbortController();
    const first = await tool('then_waits', {}, { signal: earlier.signal });
    earlier.abort();
    const later = new AbortController();
    const second = tool('then_waits', answering(first, { 1: named('Ada') }), { signal: later.signal });
    second.catch(() => undefined);
    await expect.poll(() => seen.events).toEqual(['waits for Ada']);
    later.abort();
    await expect.poll(() => seen.events).toEqual(['waits for Ada', 'aborted']);
  });

  it('leaves nothing behind when the pod closes [modern.push.drain]', async () => {
    const { pod, seen, tool } = await start(sdk);
    await tool('twice');
    await expect.poll(() => pod.busy).toBe(0);
    await pod.close();
    expect(seen.events).toEqual(['began', 'aborted']);
  });
});

describe('questions of SDK v2', () => {
  it('may follow rounds of its own, also in a server that is reused [modern.push.rounds]', async () => {
    const { tool } = await start('v2', { reuse: 'all' });
    const own = await tool('mixed');
    const pushed = await tool('mixed', answering(own, { own: named('Ada') }));
    expect(pushed.asked).toEqual({ 1: 'pushed' });
    const meanwhile = await tool('mixed');
    expect(meanwhile.asked).toEqual({ own: 'own' });
    expect((await tool('mixed', answering(pushed, { 1: named('Eve') }))).said).toEqual(['Ada', 'mine', 'Eve']);
  });
});
