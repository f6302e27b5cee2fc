import type { RequestId } from '../../core/json/json-rpc.ts';
import { type Protocol, protocolOf } from './protocol.ts';

/** The result with which a handler asks its client (MCP 2026-07-28), and after which it has ended until it is called again. */
export interface InputRequired {
  readonly inputRequests?: Readonly<Record<string, unknown>>;
  readonly requestState?: unknown;
}

/** A transport that wants to know of the rounds of its requests. */
export interface RoundsTransport {
  /** The handler of a request has asked, and has ended until the client has answered. Its questions follow, in the order of their keys. */
  roundBegins(id: RequestId, asked: InputRequired): void;
}

type Handler = (...args: unknown[]) => Promise<unknown>;

interface Shim {
  fulfill(
    method: string,
    handler: Handler,
    request: { readonly id: RequestId },
    context: unknown,
    first: InputRequired,
  ): Promise<unknown>;
}

interface Rounds extends Protocol {
  _legacyInputRequiredShim?(): Shim;
}

const PATCHED = Symbol.for('anypod.input-rounds');

/**
 * Tells the transport when a handler of SDK v2 has ended with `input_required` in a session. There the SDK asks the client by real questions and then calls
 * the handler again. Between the two, nothing of the call is left on the pod but what the handler returned. The member is private to the SDK. If it is
 * missing, the transport is not told, and a call whose pod is lost then counts as one whose handler runs.
 */
export function noteRounds(server: object): void {
  const protocol = protocolOf(server) as Rounds;
  const prototype = Object.getPrototypeOf(protocol) as Rounds;
  const original = prototype._legacyInputRequiredShim;
  if (original === undefined || PATCHED in prototype) return;
  Object.defineProperty(prototype, PATCHED, { value: true });
  prototype._legacyInputRequiredShim = function (this: Rounds) {
    const shim = original.call(this);
    const transport = this.transport as Partial<RoundsTransport> | undefined;
    if (transport?.roundBegins === undefined) return shim;
    const note = (id: RequestId, result: unknown) => {
      const { resultType } = (result ?? {}) as { resultType?: unknown };
      if (resultType === 'input_required') transport.roundBegins?.(id, result as InputRequired);
    };
    return {
      fulfill(method, handler, request, context, first) {
        note(request.id, first);
        const noted: Handler = async (...args) => {
          const result = await handler(...args);
          note(request.id, result);
          return result;
        };
        return shim.fulfill(method, noted, request, context, first);
      },
    };
  };
}
