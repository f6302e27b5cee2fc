import { McpServer as McpServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js';
import { InMemoryTransport, McpServer, Server } from '@modelcontextprotocol/server';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createServerBuilder } from './build-server.ts';
import type { ServerFactory, UserServer } from './user-server.ts';

const info = { name: 'test', version: '1' };
const kinds: Record<string, () => UserServer> = {
  'McpServer of v2': () => new McpServer(info),
  'Server of v2': () => new Server(info, { capabilities: {} }),
  'McpServer of v1': () => new McpServerV1(info),
  'Server of v1': () => new McpServerV1(info).server,
};
const build = (createServer: ServerFactory) => createServerBuilder(createServer, 1000);
const context = { era: 'legacy' } as const;
const failure = (message: RegExp) =>
  expect.objectContaining({ code: 'factory_failed', message: expect.stringMatching(message) });

describe.each(Object.entries(kinds))('a factory of %s', (_kind, make) => {
  it('may return a new one each time', async () => {
    const next = build(make);
    expect(await next(context)).not.toBe(await next(context));
  });

  it('is refused if it returns one twice [host.factory.fresh]', async () => {
    const shared = make();
    const next = build(async () => shared);
    await next(context);
    await expect(next(context)).rejects.toEqual(failure(/returned before.*inside|returned before.*into the factory/));
  });

  it('is refused if it alternates between two [host.factory.fresh]', async () => {
    const two = [make(), make()];
    let calls = 0;
    const next = build(() => two[calls++ % 2] as UserServer);
    await next(context);
    await next(context);
    await expect(next(context)).rejects.toEqual(failure(/returned before/));
  });

  it('is refused if it returns one that is connected', async () => {
    const connected = async () => {
      const server = make();
      await server.connect(InMemoryTransport.createLinkedPair()[0]);
      return server;
    };
    await expect(build(connected)(context)).rejects.toEqual(failure(/connected already/));
  });
});

const thrown: Record<string, unknown> = {
  undefined,
  'a string': 'no database',
  'a frozen error': Object.freeze(new Error('cold')),
  'an error whose message throws': Object.defineProperty(new Error('x'), 'message', {
    get: () => {
      throw new Error('no message for you');
    },
  }),
  'a proxy that throws whatever is done': new Proxy(
    {},
    {
      getPrototypeOf: () => {
        throw new Error('trapped');
      },
    },
  ),
};

describe.each(Object.entries(thrown))('a factory that throws %s', (_what, value) => {
  it.each(['throws', 'rejects'])('and %s is told so, with the cause', async (how) => {
    const factory = (): UserServer | Promise<UserServer> => {
      if (how === 'rejects') return Promise.reject(value);
      throw value;
    };
    const error = await build(factory)(context).catch((reason: unknown) => reason);
    expect(error).toEqual(failure(/factory threw/));
    expect((error as Error).cause).toBe(value);
  });
});

it.each([[undefined], [null], [7], [{}], [{ connect: 'no function' }], [{ connect: () => undefined }]])(
  'a factory that returns %j is told what to return',
  async (value) => {
    await expect(build(() => value as never)(context)).rejects.toEqual(failure(/must return an McpServer/));
  },
);

describe('a factory that takes too long', () => {
  afterEach(() => void vi.useRealTimers());

  it('fails the call that waits for it, and a server that it makes later is closed', async () => {
    vi.useFakeTimers();
    const late = Promise.withResolvers<UserServer>();
    const waiting = build(() => late.promise)(context);
    const refused = expect(waiting).rejects.toEqual(failure(/longer than 1000 ms.*ANYPOD_FACTORY_TIMEOUT/));
    await vi.advanceTimersByTimeAsync(1000);
    await refused;
    const server = new McpServer(info);
    const close = vi.spyOn(server, 'close');
    late.resolve(server);
    await vi.advanceTimersByTimeAsync(0);
    expect(close).toHaveBeenCalledOnce();
  });

  it('closes no server that serves another request', async () => {
    vi.useFakeTimers();
    const shared = new McpServer(info);
    const close = vi.spyOn(shared, 'close');
    const late = Promise.withResolvers<UserServer>();
    const factory = vi.fn<ServerFactory>().mockReturnValueOnce(shared).mockReturnValueOnce(late.promise);
    const next = build(factory);
    await next(context);
    const refused = expect(next(context)).rejects.toEqual(failure(/longer than/));
    await vi.advanceTimersByTimeAsync(1000);
    await refused;
    late.resolve(shared);
    await vi.advanceTimersByTimeAsync(0);
    expect(close).not.toHaveBeenCalled();
  });
});
