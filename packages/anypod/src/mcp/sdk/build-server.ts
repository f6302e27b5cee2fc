import { AnypodError } from '../../core/errors.ts';
import { isThenable } from '../../core/thenable.ts';
import { protocolOf } from '../internals/protocol.ts';
import { settledWithin } from './settled-within.ts';
import type { FactoryContext, ServerFactory, UserServer } from './user-server.ts';

/**
 * Calls the factory to make a server. Rejects with `AnypodError` of code `factory_failed` if the factory throws, takes too long, or returns something
 * that cannot be served. Clients may see the message. The cause is what the factory threw.
 */
export type BuildServer = (context: FactoryContext) => Promise<UserServer>;

/** Marks the protocol object of a server that the factory has returned. All copies of anypod in a process share this symbol. */
const RETURNED = Symbol.for('anypod.returned');

/** `withinMs` limits each call of the factory. A server that comes later is closed. */
export function createServerBuilder(createServer: ServerFactory, withinMs: number): BuildServer {
  return async (context) => {
    let late: AnypodError | undefined;
    const tooLate = () => {
      late = failed(
        `The server factory took longer than ${withinMs} ms. Raise ANYPOD_FACTORY_TIMEOUT if it needs more time.`,
      );
      return late;
    };
    let made: unknown;
    try {
      made = createServer(context);
      if (isThenable(made)) made = await settledWithin(made, withinMs, tooLate, discard);
    } catch (cause) {
      throw late ?? failed('The server factory threw; see the cause in the log.', { cause });
    }
    return fresh(made);
  };
}

/** Closes a server that serves no client, and ignores an error of its `close`. */
export async function closeQuietly(server: UserServer): Promise<void> {
  try {
    await server.close();
  } catch {
    // Nothing is left to do.
  }
}

/** What the factory has returned is no server of an SDK. Some of it shows only when it is connected, and would never answer. */
export function noServer(): AnypodError {
  return failed('The factory must return an McpServer or Server of the MCP SDK; it returned something else.');
}

/** Returns the server, or throws `noServer`. The SDK would not say why it cannot serve 2026-07-28 with it. */
export function assertServer(server: UserServer): UserServer {
  if (protocolOf(server).setRequestHandler === undefined) throw noServer();
  return server;
}

/** The failure to connect a server. */
export function notConnected(cause: unknown): AnypodError {
  if (cause instanceof AnypodError) return cause;
  return failed('The server cannot be connected; see the cause in the log.', { cause });
}

function failed(message: string, options?: ErrorOptions): AnypodError {
  return new AnypodError('factory_failed', message, options);
}

/** Checks that the factory has made a new server, and marks it as returned. */
function fresh(made: unknown): UserServer {
  if (!isServer(made)) throw noServer();
  const protocol = protocolOf(made);
  if (wasReturned(made)) {
    throw failed(
      'The factory returned a server that it had returned before. Each call must make a new server: move new McpServer(…) into the factory.',
    );
  }
  if (protocol.transport !== undefined) {
    throw failed(
      'The factory returned a server that is connected already. Each call must make a new server, and leave connect() to anypod.',
    );
  }
  // This fails on a frozen server, which cannot be served anyway.
  Reflect.set(protocol, RETURNED, true);
  return made;
}

function isServer(made: unknown): made is UserServer {
  const { connect, close } = (made ?? {}) as Partial<UserServer>;
  return typeof connect === 'function' && typeof close === 'function';
}

/** Closes a server that came too late, unless the factory had returned it before: then it may serve another request. */
function discard(made: unknown): void {
  if (isServer(made) && !wasReturned(made)) void closeQuietly(made);
}

function wasReturned(server: UserServer): boolean {
  return Reflect.get(protocolOf(server), RETURNED) === true;
}
