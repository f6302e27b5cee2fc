import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { scrape, sumOf } from '../lib/scrape.ts';
import { holdCall, type Neighbour, startNeighbour, useHostilePods } from './hostile-deployment.ts';
import { logLines } from './log-lines.ts';
import { modern } from './metrics-traffic.ts';
import { eventually, settled } from './settle.ts';
import { type Message, messagesOf, openSession, textOf } from './wire.ts';

const DEPLOYMENTS = [
  { module: 'v2', store: 'memory' },
  { module: 'v2', store: 'redis' },
  { module: 'v1', store: 'memory' },
  { module: 'v1', store: 'redis' },
] as const;

/** How a call is made, and whether its answer is a stream. */
const FORMS = [
  { era: 'legacy', say: false },
  { era: 'legacy', say: true },
  { era: 'modern', say: false },
  { era: 'modern', say: true },
] as const;
type Form = (typeof FORMS)[number];

const DONE = { result: { structuredContent: {} } };

/** What harms its process, and what is told of it. */
const HARMLESS = [
  {
    fault: 'unhandled',
    answer: DONE,
    log: 'a promise was rejected and nobody handled it; the pod continues',
    line: { level: 'error', tool: 'unhandled', err: { message: 'Error: hostile: unhandled' } },
    kind: 'unhandled_rejection',
  },
  {
    fault: 'unhandled-later',
    answer: DONE,
    log: 'a promise was rejected and nobody handled it; the pod continues',
    line: { level: 'error', tool: 'unhandled-later', err: { message: 'Error: hostile: unhandled later' } },
    kind: 'unhandled_rejection',
  },
  {
    fault: 'block',
    answer: DONE,
    log: 'the event loop stood still',
    line: { level: 'warn', begun: expect.arrayContaining(['block']) },
    kind: 'blocked_loop',
  },
] as const;

/** What ends its pod. */
const FATAL = [
  {
    fault: 'uncaught',
    answer: DONE,
    log: 'an exception was not caught; the pod drains',
    line: { level: 'fatal', tool: 'uncaught', err: { message: 'Error: hostile: uncaught' } },
    kind: 'uncaught_exception',
  },
  // The ways in which a module may have got the function.
  ...['exit', 'exit-imported', 'exit-kept'].map((fault) => ({
    fault,
    answer: { result: { isError: true, content: [{ text: expect.stringContaining('must not end the process') }] } },
    log: 'the server called process.exit(); the pod drains',
    line: { level: 'fatal', tool: fault },
    kind: 'process_exit',
  })),
] as const;

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'anypod-hostile-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** Whether a line of the log names the tool. */
const isAbout = (tool: string, line: object) => JSON.stringify(line).includes(`"${tool}"`);

/** Calls a tool in a new session that began `there`, or in 2026-07-28; gives the last message of the answer. */
async function call(form: Form, at: { here: URL; there: URL }, name: string): Promise<Message | undefined> {
  const args = { say: form.say };
  if (form.era === 'modern') {
    const _meta = { 'io.modelcontextprotocol/logLevel': 'debug' };
    const asked = modern(at.here, 'tools/call', { name, arguments: args, _meta });
    return (await settled(asked.then(messagesOf), name)).at(-1);
  }
  const session = await openSession(at.there);
  return (await settled(session.call(at.here, 1, name, args).then(messagesOf), name)).at(-1);
}

describe.each(DEPLOYMENTS)('a handler of $module over $store that harms its process', ({ module, store }) => {
  const pods = useHostilePods({ module, store });
  let neighbour: Neighbour;
  beforeAll(async () => {
    neighbour = await startNeighbour(pods.here, 'neighbour');
  });
  afterAll(async () => {
    expect(await neighbour.end()).toBe('held to its end');
  });

  const faults = async (kind: string) => (await pods.counted('anypod_faults_total'))[`kind=${kind}`] ?? 0;

  test.each(HARMLESS)('$fault: is told and counted, and nobody else notices [host.faults.process]', async (row) => {
    const counted = await faults(row.kind);
    for (const [index, form] of FORMS.entries()) {
      expect(await call(form, pods, row.fault)).toMatchObject(row.answer);
      await eventually(() => {
        const told = logLines(pods, row.log).filter((line) => isAbout(row.fault, line));
        expect(told).toHaveLength(index + 1);
        expect(told.at(-1)).toMatchObject(row.line);
      });
    }
    expect(await faults(row.kind)).toBeGreaterThanOrEqual(counted + FORMS.length);
    await neighbour.tick();
  });

  test('an error that nothing can be read of is answered and harms nobody [host.faults.process]', async () => {
    const counted = await faults('unhandled_rejection');
    for (const form of FORMS) {
      const answer = await call(form, pods, 'throw-nothing-readable');
      expect(answer).toMatchObject({ error: { code: -32_603, message: expect.stringContaining('without a message') } });
    }
    const session = await openSession(pods.there);
    for (const [method, params] of [
      ['prompts/get', { name: 'throw-nothing-readable' }],
      ['resources/read', { uri: 'hostile://throw-nothing-readable' }],
    ] as const) {
      const asked = session.send(pods.here, { jsonrpc: '2.0', id: method, method, params });
      const [answer] = await settled(asked.then(messagesOf), method);
      expect(answer).toMatchObject({
        id: method,
        error: { code: -32_603, message: expect.stringContaining('without a message') },
      });
    }
    // With ANYPOD_ON_UNHANDLED_REJECTION=drain, a rejection of the SDK would end the pod. This one is the only one.
    await call({ era: 'legacy', say: false }, pods, 'unhandled');
    await eventually(async () => expect(await faults('unhandled_rejection')).toBe(counted + 1));
    expect(logLines(pods, 'a promise was rejected').filter((line) => isAbout('throw-nothing-readable', line))).toEqual(
      [],
    );
    await neighbour.tick();
  });

  /** A pod for one fault, on which a call of somebody else runs until `path` exists. */
  async function startBeside() {
    const pod = await pods.startAnother();
    const here = new URL(pod.url);
    const path = join(directory, `${pod.port}`);
    const held = await holdCall(await openSession(here), here, 'beside', path);
    return {
      pod,
      at: { here, there: store === 'redis' ? pods.there : here },
      async expectToDrain(code: number) {
        await eventually(() => expect(fetch(`${pod.origin}/livez`)).rejects.toThrow());
        await writeFile(path, '');
        expect(textOf((await settled(held.rest(), 'the held call')).at(-1))).toBe('held to its end');
        expect(await settled(pod.process.exited, 'the exit')).toEqual({ code, signal: null });
      },
    };
  }

  // What a stream or 2026-07-28 would change is the answer alone, and one deployment shows it.
  const fatalForms = FORMS.slice(0, store === 'redis' ? 3 : 1);
  const fatal = FATAL.flatMap((row) =>
    fatalForms.slice(0, row.fault.startsWith('exit-') ? 1 : 3).map((form) => ({ ...row, ...form })),
  );

  test.each(fatal)('$fault, $era, stream: $say: the pod drains and exits with 1 [host.faults.process]', async (row) => {
    const { pod, at, expectToDrain } = await startBeside();
    expect(await call(row, at, row.fault)).toMatchObject(row.answer);
    await eventually(() => expect(logLines(pod, row.log)).toMatchObject([row.line]));
    expect(sumOf([await scrape(pod.metrics)], 'anypod_faults_total')).toMatchObject({ [`kind=${row.kind}`]: 1 });
    await expectToDrain(1);
    await neighbour.tick();
  });

  test('uncaught: the drain ends with its timeout, whatever still runs [host.faults.process]', async () => {
    const pod = await pods.startAnother({ ANYPOD_DRAIN_TIMEOUT: '500' });
    const here = new URL(pod.url);
    const held = await holdCall(await openSession(here), here, 'beyond');
    await call({ era: 'legacy', say: false }, { here, there: here }, 'uncaught');
    await settled(held.rest(), 'the held call');
    // The drain itself has ended the stream. Nothing has cut it off.
    expect(held.events.at(-1)).toEqual({ retry: expect.any(Number), data: '' });
    expect(await settled(pod.process.exited, 'the exit')).toEqual({ code: 1, signal: null });
  });

  test('sigterm: listeners of handlers are told once and cut no drain short [host.faults.process]', async () => {
    const { pod, at, expectToDrain } = await startBeside();
    for (const form of FORMS) expect(await call(form, at, 'sigterm')).toMatchObject(DONE);
    const lines = () => logLines(pod, 'the server module listens to this event');
    await eventually(() => expect(lines()).toMatchObject([{ level: 'warn', event: 'SIGTERM' }]));
    pod.process.signal('SIGTERM');
    await expectToDrain(0);
  });
});
