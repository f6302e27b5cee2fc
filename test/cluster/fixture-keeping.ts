import { setTimeout as delay } from 'node:timers/promises';
import type { FactoryContext, StateEntries } from 'anypod';
import * as z from 'zod';

interface Registered {
  enabled: boolean;
  enable(): void;
  disable(): void;
  remove(): void;
  update(changes: object): void;
}

type Run = (args: Record<string, string>) => unknown;

/** What `fill` needs from a server, for either SDK. */
export interface KeepingServer {
  readonly server: { elicitInput(params: object): Promise<{ action: string }> };
  registerTool(name: string, config: object, run: unknown): Registered;
  registerPrompt(name: string, config: object, run: unknown): Registered;
  registerResource(name: string, uri: string, config: object, run: unknown): Registered;
}

const words = z.object({ a: z.string().optional(), b: z.string().optional() });

/** Fills a server whose tools change what it offers, and what it keeps. */
export async function fill(server: KeepingServer, { session, state }: FactoryContext): Promise<void> {
  const text = (value: unknown) => ({ content: [{ type: 'text', text: JSON.stringify(value ?? null) }] });
  const tool = (name: string, run: Run, config: object = {}) =>
    server.registerTool(
      name,
      { description: name, inputSchema: words, ...config },
      async (args: Record<string, string>) => text(await run(args)),
    );

  const secret = tool('secret', () => 'opened');
  secret.disable();
  const lamps = ['lamp-a', 'lamp-b', 'lamp-c'].map((name) => tool(name, () => 'lit'));
  const prompt = server.registerPrompt('ask', {}, () => ({ messages: [] }));
  const resource = server.registerResource('note', 'note://1', {}, () => ({ contents: [] }));
  tool('unlock', () => secret.enable());
  tool('lock', () => secret.disable());
  tool('switch', ({ a }) => {
    const lamp = lamps[Number(a)];
    if (lamp?.enabled) lamp.disable();
    else lamp?.enable();
    return lamp?.enabled;
  });
  tool('name', ({ a, b }) => lamps[Number(a)]?.update({ title: b, description: b, annotations: { title: b } }));
  tool('drop', () => {
    prompt.remove();
    resource.remove();
  });
  tool('swell', () => secret.update({ enabled: true, _meta: { huge: 'x'.repeat(100_000) } }));
  tool('learn', ({ a = '' }) => void tool(a, () => a));
  tool('unlock-and-ask', async () => {
    secret.enable();
    return (
      await server.server.elicitInput({ message: 'Unlocked?', requestedSchema: { type: 'object', properties: {} } })
    ).action;
  });
  // The change comes after the answer, from a timer.
  tool('later', () => void delay(20).then(() => secret.enable()));

  tool('set', ({ a = '', b = '' }) => session?.set(a, b));
  tool('set-and-go', ({ a = '', b = '' }) => void session?.set(a, b));
  tool('get', ({ a = '' }) => session?.get(a));
  tool('add', ({ a = '', b = '' }) =>
    session?.update<string[]>(a, (list = []) => [...list, b]).then((all) => all?.length),
  );
  const profile = await session?.get<string>('profile');
  if (profile !== undefined) tool(`for-${profile}`, () => profile);
  if (session !== undefined) await session.set('factory', 'was here');

  const basket = async (id = ''): Promise<StateEntries> => {
    const open = await state.open(id);
    if (open === undefined) throw new Error('There is no such basket.');
    return open;
  };
  tool('basket', () => state.create({ items: [] }));
  tool('put', async ({ a, b = '' }) => {
    const items = await (await basket(a)).update<string[]>('items', (all = []) => [...all, b]);
    return items;
  });
}
