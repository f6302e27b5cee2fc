/** What servers do to their registries, on the oldest and the newest SDK of both generations. */
import { McpServer as V1Newest, ResourceTemplate as V1Template } from '@modelcontextprotocol/sdk/server/mcp.js';
import { McpServer as V2Newest, ResourceTemplate as V2Template } from '@modelcontextprotocol/server';
import { McpServer as V1Oldest, ResourceTemplate as V1OldTemplate } from 'sdk-v1-oldest/server/mcp.js';
import { McpServer as V2Oldest, ResourceTemplate as V2OldTemplate } from 'server-v2-oldest';
import { describe, expect, it } from 'vitest';
import type { RegistryChanges } from '../../core/session/session.ts';
import { createRegistryTexts } from './registry-snapshot.ts';
import { type ChangedFor, VisibleRegistry } from './visible-registry.ts';

interface Registered {
  enabled: boolean;
  enable(): void;
  disable(): void;
  remove(): void;
  update(changes: Record<string, unknown>): void;
  [member: string]: unknown;
}

type Registrar = (...args: unknown[]) => Registered;

interface Server {
  tool: Registrar;
  registerTool: Registrar | undefined;
  prompt: Registrar;
  registerPrompt: Registrar | undefined;
  resource: Registrar;
  registerResource: Registrar | undefined;
  sendToolListChanged(): void;
}

interface Generation {
  readonly McpServer: new (info: object) => Server;
  readonly Template: new (uri: string, options: object) => object;
}

const generations: Readonly<Record<string, Generation>> = {
  'v1 1.10.2': { McpServer: V1Oldest, Template: V1OldTemplate } as unknown as Generation,
  'v1 newest': { McpServer: V1Newest, Template: V1Template } as unknown as Generation,
  'v2 2.0.0': { McpServer: V2Oldest, Template: V2OldTemplate } as unknown as Generation,
  'v2 newest': { McpServer: V2Newest, Template: V2Template } as unknown as Generation,
};

const answer = () => ({ content: [] });

/** One pod's server of a session. */
function pod({ McpServer, Template }: Generation, texts = createRegistryTexts()) {
  const server = new McpServer({ name: 'test', version: '1' });
  const tool = (name: string, run: object = answer) =>
    server.registerTool?.(name, { description: name, annotations: { readOnlyHint: true } }, run) ??
    server.tool(name, name, run);
  const secret = tool('secret');
  secret.disable();
  const open = tool('open');
  const prompt = server.registerPrompt?.('ask', {}, answer) ?? server.prompt('ask', answer);
  const resource = server.registerResource?.('r', 'x://r', {}, answer) ?? server.resource('r', 'x://r', {}, answer);
  const template = new Template('y://{id}', { list: undefined });
  const templated = server.registerResource?.('t', template, {}, answer) ?? server.resource('t', template, {}, answer);
  const announced: string[] = [];
  server.sendToolListChanged = () => void announced.push('tools');
  const log: string[] = [];
  let whose: ChangedFor = 'session';
  let touched = 0;
  const registry = new VisibleRegistry(
    server,
    {
      changedFor: () => whose,
      touched: () => {
        touched += 1;
      },
      unfollowed: (why, { kind }, key) => log.push(`${why} ${kind} ${key}`),
      failed: (error) => log.push(String(error)),
    },
    texts,
  );
  const names = (member: string) => {
    const items = (server as unknown as Record<string, Record<string, Registered>>)[member] ?? {};
    return Object.entries(items)
      .filter(([, { enabled }]) => enabled)
      .map(([name]) => name)
      .toSorted();
  };
  return {
    server,
    tool,
    secret,
    open,
    prompt,
    resource,
    templated,
    registry,
    log,
    announced,
    tools: () => names('_registeredTools'),
    itemOf: (tool: string) =>
      (server as unknown as { _registeredTools: Record<string, Registered> })._registeredTools[tool],
    names,
    get touched() {
      return touched;
    },
    as(of: ChangedFor, change: () => void): RegistryChanges {
      whose = of;
      change();
      const changes = registry.take();
      registry.stored();
      whose = 'session';
      return changes;
    },
  };
}

describe.each(Object.entries(generations))('the registry of a server of %s', (_name, generation) => {
  const two = () => [pod(generation), pod(generation)] as const;

  it('is on another pod what enable, disable, update and remove made of it', () => {
    const [a, b] = two();
    const changes = a.as('session', () => {
      a.secret.enable();
      a.open.disable();
      a.open.update({ title: 'Open', description: 'opened', annotations: { title: 'O' }, _meta: { n: 1 } });
      a.prompt.update({ description: 'asks' });
      a.resource.update({ name: 'other', metadata: { mimeType: 'text/plain' } });
      a.templated.remove();
    });
    b.registry.follow(changes);
    expect(b.tools()).toEqual(['secret']);
    for (const member of ['description', 'title', 'annotations', '_meta', 'enabled']) {
      expect(b.open[member]).toEqual(a.open[member]);
    }
    expect(b.prompt['description']).toBe('asks');
    expect([b.resource['name'], b.resource['metadata']]).toEqual(['other', { mimeType: 'text/plain' }]);
    expect(b.names('_registeredResourceTemplates')).toEqual([]);
    expect([b.announced, b.log, a.log]).toEqual([[], [], []]);
    expect(a.announced.length).toBeGreaterThan(2);
    // What it has followed is no change of its own.
    b.server.sendToolListChanged();
    expect(b.registry.take().size).toBe(0);
  });

  it('follows renames, also of what was renamed before, and removes it all the same', () => {
    const [a, b] = two();
    const all = new Map(a.as('session', () => a.open.update({ name: 'first' })));
    b.registry.follow(all);
    expect(b.tools()).toEqual(['first']);
    for (const [name, json] of a.as('session', () => a.open.update({ name: 'second' }))) all.set(name, json);
    b.registry.follow(all);
    expect(b.tools()).toContain('second');
    // A server that is built now knows the tool by its first name.
    const c = pod(generation);
    c.registry.follow(all);
    expect(c.tools()).toEqual(['second']);
    for (const [name, json] of a.as('session', () => a.open.remove())) all.set(name, json);
    c.registry.follow(all);
    expect(c.tools()).not.toContain('open');
  });

  it('puts a removed item back if it is registered again with the same code, and says what has other code', () => {
    const [a, b] = two();
    const removed = a.as('session', () => a.open.remove());
    b.registry.follow(removed);
    expect(b.tools()).toEqual([]);
    b.registry.follow(a.as('session', () => void a.tool('open')));
    expect([b.tools(), a.log]).toEqual([['open'], []]);
    b.registry.follow(a.as('session', () => a.itemOf('open')?.remove()));
    expect(b.tools()).toEqual([]);
    a.as('session', () => void a.tool('open', () => ({ content: [] })));
    expect(a.log).toEqual(['added tool open']);
    a.as('session', () => void a.tool('new'));
    expect(a.log).toEqual(['added tool open', 'added tool new']);
    const changes = a.as('session', () => a.secret.update({ callback: () => ({ content: [{}] }), description: 'S' }));
    expect(a.log.at(-1)).toBe('code tool secret');
    expect([...changes]).toEqual([['tool.description/secret', '"S"']]);
  });

  it('leaves alone what this server has changed and not stored yet', () => {
    const [a, b] = two();
    const theirs = b.as('session', () => b.secret.enable());
    a.secret.enable();
    a.secret.disable();
    a.open.disable();
    a.registry.follow(new Map([...theirs, ['tool.enabled/open', 'true']]));
    expect(a.tools()).toEqual(['secret']);
    expect([...a.registry.take()]).toEqual([['tool.enabled/open', 'false']]);
    a.registry.follow(new Map([['tool.enabled/open', 'true']]));
    expect(a.open.enabled).toBe(false);
    a.registry.stored();
    a.registry.follow(new Map([['tool.enabled/open', 'true']]));
    expect(a.open.enabled).toBe(true);
  });

  it('stores nothing of what every pod does by itself, unless the session has another value', () => {
    const [a, b] = two();
    expect(a.as('every', () => a.secret.enable()).size).toBe(0);
    for (const server of [a, b]) {
      let later: Registered | undefined;
      const add = () => {
        later?.remove();
        later = server.tool('later', () => ({ content: [] }));
      };
      expect(server.as('every', add).size).toBe(0);
      expect(server.as('every', add).size).toBe(0);
      expect([server.log, server.tools()]).toEqual([
        [],
        server === a ? ['later', 'open', 'secret'] : ['later', 'open'],
      ]);
    }
    b.registry.follow(a.as('session', () => a.itemOf('later')?.disable()));
    expect(b.tools()).toEqual(['open']);
    const off = a.as('session', () => a.secret.disable());
    expect([...off]).toEqual([['tool.enabled/secret', 'false']]);
    // A new server: the session's value counts, though the repeated handler says otherwise.
    b.registry.follow(off);
    expect(b.as('again', () => b.secret.enable()).size).toBe(0);
    expect(b.secret.enabled).toBe(false);
    a.registry.follow(off);
    expect([...a.as('every', () => a.secret.enable())]).toEqual([['tool.enabled/secret', 'true']]);
  });

  it('survives names and values that nobody expects', () => {
    const [a, b] = two();
    const changes = a.as('session', () => {
      const loop: Record<string, unknown> = {};
      loop['self'] = loop;
      a.open.update({ _meta: loop });
      a.secret.update({ name: '__proto__', enabled: true });
    });
    b.registry.follow(new Map([...changes, ['nonsense', '1'], ['tool.enabled/none', 'true'], ['tool.code/open', '1']]));
    expect([b.tools(), b.log]).toEqual([['open'], []]);
    expect(({} as Record<string, unknown>)['enabled']).toBeUndefined();
  });

  it('sees an object that was changed in place', () => {
    const [a, b] = two();
    const annotations = { title: 'one' };
    b.registry.follow(a.as('session', () => a.open.update({ annotations })));
    annotations.title = 'two';
    b.registry.follow(a.as('session', () => a.open.update({ annotations })));
    expect((b.open['annotations'] as { title?: string } | undefined)?.title).toBe(
      (a.open['annotations'] as { title?: string } | undefined)?.title,
    );
  });
});

it('compares once for all changes of one turn', async () => {
  const a = pod(generations['v1 newest'] as Generation);
  for (let n = 0; n < 10; n += 1) a.open.update({ title: String(n) });
  expect(a.touched).toBe(10);
  await Promise.resolve();
  expect([...a.registry.take()]).toEqual([['tool.title/open', '"9"']]);
});
