import { AnypodError } from '../../core/errors.ts';
import { protocolOf } from '../internals/protocol.ts';
import { settledWithin } from './settled-within.ts';
import type { FactoryContext, ServerFactory, UserServer } from './user-server.ts';

/**
 * Has the factory make a server for whoever needs one. Rejects with `AnypodError` of code `factory_failed` where it throws, takes too long, or
 * returns what cannot be served; the message is fit for clients, what was thrown is the cause.
 */
export type BuildServer = (context: FactoryContext) => Promise<UserServer>;

/** On what the SDK connects: the factory has returned it before. Every copy of anypod in a process sees it. */
const RETURNED = Symbol.for('anypod.returned');

/** `withinMs` bounds each call of the factory. What it returns after that is closed and thrown away. */
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

/** Lets go of a server that serves nobody; what its author made of `close` harms nobody either. */
export async function closeQuietly(server: UserServer): Promise<void> {
  try {
    await server.close();
  } catch {
    // There is nothing left to mend.
  }
}

function failed(message: string, options?: ErrorOptions): AnypodError {
  return new AnypodError('factory_failed', message, options);
}

function isThenable(made: unknown): made is PromiseLike<unknown> {
  return typeof (made as Partial<PromiseLike<unknown>> | null | undefined)?.then === 'function';
}

/** A server that nobody has had before. */
function fresh(made: unknown): UserServer {
  if (!isServer(made)) {
    throw failed(
      'The factory must return an McpServer or Server of the MCP SDK; it returned something without connect().',
    );
  }
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
  // Fails on a frozen server, which cannot be served anyway.
  Reflect.set(protocol, RETURNED, true);
  return made;
}

function isServer(made: unknown): made is UserServer {
  return typeof (made as Partial<UserServer> | null | undefined)?.connect === 'function';
}

/** A server that came too late. One that serves somebody else is not ours to close. */
function discard(made: unknown): void {
  if (isServer(made) && !wasReturned(made)) void closeQuietly(made);
}

function wasReturned(server: UserServer): boolean {
  return Reflect.get(protocolOf(server), RETURNED) === true;
}
