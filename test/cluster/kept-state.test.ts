import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { useDeployment } from './deployment.ts';
import { postModern } from './modern-wire.ts';
import { eventually } from './settle.ts';
import { readStream } from './stream-reader.ts';
import { type Message, messagesOf, openSession, textOf, type WireSession } from './wire.ts';

interface Listed {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly annotations?: object;
}

let calls = 0;

async function list(session: WireSession, pod: URL, what: 'tools' | 'prompts' | 'resources'): Promise<Listed[]> {
  calls += 1;
  const answer = (
    await messagesOf(await session.send(pod, { jsonrpc: '2.0', id: calls, method: `${what}/list`, params: {} }))
  ).at(-1);
  return (answer?.result?.[what] ?? []) as Listed[];
}

const names = async (...of: Parameters<typeof list>) => (await list(...of)).map(({ name }) => name);
const tools = (session: WireSession, pod: URL) => names(session, pod, 'tools');

async function callTool(
  session: WireSession,
  pod: URL,
  tool: string,
  a?: string,
  b?: string,
): Promise<Message | undefined> {
  calls += 1;
  const args = { ...(a !== undefined && { a }), ...(b !== undefined && { b }) };
  return (await messagesOf(await session.call(pod, calls, tool, args))).at(-1);
}

async function ask(session: WireSession, pod: URL, tool: string, a?: string, b?: string): Promise<unknown> {
  return JSON.parse(textOf(await callTool(session, pod, tool, a, b)));
}

for (const sdk of ['v1', 'v2']) {
  describe(`what a server of SDK ${sdk} keeps`, () => {
    const deployment = useDeployment({ module: fileURLToPath(new URL(`fixture-keeping-${sdk}.ts`, import.meta.url)) });

    test('is on every pod what enable made of it, warm or built later, and announced once [session.registry]', async () => {
      const [a, b, c] = deployment.pods;
      const session = await openSession(a);
      expect(await tools(session, b)).not.toContain('secret');
      const standing = readStream(await session.listen(b));
      await ask(session, a, 'unlock');
      for (const pod of [b, c, a]) expect(await tools(session, pod)).toContain('secret');
      expect(await ask(session, c, 'secret')).toBe('opened');
      await ask(session, c, 'lock');
      expect(textOf(await callTool(session, a, 'secret'))).toMatch(/disabled/);
      // A second announcement of the same change would come 0.2 s after the first.
      await delay(500);
      await ask(session, b, 'drop');
      await standing.until(({ method }) => method === 'notifications/prompts/list_changed');
      await standing.cut();
      const announced = standing.events.filter(({ data }) => data.includes('notifications/tools/list_changed'));
      expect(announced).toHaveLength(2);
    });

    test('is found by a client that was told of the change, whichever pod it asks [session.registry]', async () => {
      const [a, b, c] = deployment.pods;
      const session = await openSession(a);
      await tools(session, c);
      const standing = readStream(await session.listen(b));
      await ask(session, a, 'later');
      await standing.until(({ method }) => method === 'notifications/tools/list_changed');
      for (const pod of [c, b, a]) expect(await tools(session, pod)).toContain('secret');
      await standing.cut();
    });

    test('is on every pod before the client is asked in the same call [session.registry]', async () => {
      const [a, b, c] = deployment.pods;
      const session = await openSession(a);
      await tools(session, c);
      deployment.processes[2]?.signal('SIGSTOP');
      const call = readStream(await session.call(a, 'asking', 'unlock-and-ask'));
      let asked = false;
      const question = call.until(({ method }) => method === 'elicitation/create').finally(() => (asked = true));
      try {
        await delay(500);
        expect(asked).toBe(false);
      } finally {
        deployment.processes[2]?.signal('SIGCONT');
      }
      const { id } = await question;
      expect(await tools(session, c)).toContain('secret');
      const answer = { jsonrpc: '2.0', id, result: { action: 'accept', content: {} } };
      expect((await session.send(b, answer)).status).toBe(202);
      expect(textOf((await call.rest()).at(-1))).toBe('"accept"');
    });

    test('is told to nobody before the last pod has it, by an answer or otherwise [session.registry]', async () => {
      const [a, b, c] = deployment.pods;
      const session = await openSession(a);
      await tools(session, c);
      const standing = readStream(await session.listen(b));
      const told = standing.until(({ method }) => method === 'notifications/tools/list_changed');
      const heard: string[] = [];
      deployment.processes[2]?.signal('SIGSTOP');
      const answered = ask(session, a, 'unlock').then(() => heard.push('answer'));
      const announced = told.then(() => heard.push('announcement'));
      try {
        await delay(500);
        expect(heard).toEqual([]);
      } finally {
        deployment.processes[2]?.signal('SIGCONT');
      }
      await Promise.all([answered, announced]);
      expect(await tools(session, c)).toContain('secret');
      await standing.cut();
    });

    test('is what the last call made of it, though each call changes it on another pod [session.registry]', async () => {
      const { pods } = deployment;
      const session = await openSession(pods[0]);
      for (let n = 0; n < 30; n += 1) {
        const on = await ask(session, pods[n % 3] as URL, 'switch', '0');
        expect(on).toBe(n % 2 === 1);
        expect((await tools(session, pods[(n + 1) % 3] as URL)).includes('lamp-a')).toBe(on);
      }
    });

    test('merges what pods change at once, item by item [session.registry]', async () => {
      const { pods } = deployment;
      const session = await openSession(pods[0]);
      await Promise.all(pods.map((pod, n) => ask(session, pod, 'name', `${n}`, `lamp of pod ${n}`)));
      const lists = await Promise.all(pods.map((pod) => list(session, pod, 'tools')));
      for (const all of lists) {
        expect(
          all.filter(({ name }) => name.startsWith('lamp')).map(({ title, description }) => [title, description]),
        ).toEqual([0, 1, 2].map((n) => [`lamp of pod ${n}`, `lamp of pod ${n}`]));
      }
      await Promise.all([ask(session, pods[0], 'drop'), ask(session, pods[1], 'switch', '1')]);
      expect(await tools(session, pods[2])).not.toContain('lamp-b');
      for (const pod of pods)
        expect([await names(session, pod, 'prompts'), await names(session, pod, 'resources')]).toEqual([[], []]);
    });

    test('follows as far as it can, and says once what cannot follow [session.registry.unfollowed]', async () => {
      const [a, b] = deployment.pods;
      const session = await openSession(a);
      await ask(session, a, 'learn', 'new-1');
      await ask(session, a, 'learn', 'new-2');
      expect(await tools(session, a)).toEqual(expect.arrayContaining(['new-1', 'new-2']));
      expect(await tools(session, b)).not.toContain('new-1');
      await ask(session, a, 'swell');
      expect(await tools(session, b)).toContain('secret');
      const logged = (sentence: string) => deployment.logs().split(sentence).length - 1;
      await eventually(() => expect(logged('registered something after the factory')).toBe(1));
      await eventually(() => expect(logged('more of its registry than ANYPOD_SESSION_STATE_BYTES')).toBe(1));
    });

    test('is in context.session for the next call on any pod, from the factory on [session.state]', async () => {
      const { pods } = deployment;
      const session = await openSession(pods[0]);
      expect(await ask(session, pods[1], 'get', 'factory')).toBe('was here');
      for (let n = 0; n < 30; n += 1) {
        await ask(session, pods[n % 3] as URL, n % 2 === 0 ? 'set' : 'set-and-go', 'k', `${n}`);
        expect(await ask(session, pods[(n + 1) % 3] as URL, 'get', 'k')).toBe(`${n}`);
      }
      expect(await ask(await openSession(pods[0]), pods[1], 'get', 'k')).toBeNull();
      const full = await callTool(session, pods[2], 'set', 'big', 'x'.repeat(70_000));
      expect(textOf(full)).toMatch(/of 65536\. Keep less, or raise ANYPOD_SESSION_STATE_BYTES/);
    });

    test('loses nothing that three pods add at once [session.state.update]', async () => {
      const { pods } = deployment;
      const session = await openSession(pods[0]);
      const added = Array.from({ length: 60 }, (_, n) => `item-${n}`);
      await Promise.all(added.map((item, n) => ask(session, pods[n % 3] as URL, 'add', 'list', item)));
      const all = (await ask(session, pods[1], 'get', 'list')) as string[];
      expect(all.toSorted()).toEqual(added.toSorted());
    });

    test('decides what a server that is built now registers [session.state]', async () => {
      const [a, b, c] = deployment.pods;
      const session = await openSession(a);
      await ask(session, a, 'set', 'profile', 'chef');
      expect(await tools(session, b)).toContain('for-chef');
      expect(await ask(session, c, 'for-chef')).toBe('chef');
    });

    test('is under a handle for whoever has its id, in any session and on any pod [state.handles]', async () => {
      const [a, b, c] = deployment.pods;
      const [session, other] = [await openSession(a), await openSession(b)];
      const id = (await ask(session, a, 'basket')) as string;
      expect(id).toMatch(/^[\w-]{22}$/);
      expect(await ask(session, b, 'put', id, 'apple')).toEqual(['apple']);
      expect(await ask(other, c, 'put', id, 'pear')).toEqual(['apple', 'pear']);
      for (const wrong of [`${id.slice(0, 21)}${id.endsWith('A') ? 'B' : 'A'}`, '__proto__', '', 'x'.repeat(10_000)]) {
        expect(textOf(await callTool(session, c, 'put', wrong, 'x'))).toContain('no such basket');
      }
    });

    test('is under the same handles in 2026-07-28 [state.handles]', async () => {
      const [a, b, c] = deployment.pods;
      const modern = async (pod: URL, name: string, args: object) => {
        const answer = await messagesOf(await postModern(pod, 'tools/call', { name, arguments: args }));
        return JSON.parse(textOf(answer.at(-1))) as unknown;
      };
      const id = (await modern(a, 'basket', {})) as string;
      expect(await modern(b, 'put', { a: id, b: 'apple' })).toEqual(['apple']);
      expect(await modern(c, 'put', { a: id, b: 'pear' })).toEqual(['apple', 'pear']);
      const session = await openSession(a);
      expect(await ask(session, b, 'put', id, 'plum')).toEqual(['apple', 'pear', 'plum']);
    });
  });
}
