import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AuthInfo, Caller } from '../core/caller.ts';
import type { Endpoint } from './door.ts';
import type { AddressOf } from './limits/client-address.ts';
import type { IsOld } from './old-connections.ts';
import type { Heartbeats } from './reply/heartbeats.ts';
import { createNodeReply } from './reply/node-reply.ts';
import type { Incoming } from './request/incoming.ts';
import { ownUrl, type UrlOf } from './request/public-address.ts';
import { type BodyLimits, readJson, takeParsed } from './request/read-body.ts';

export interface NodeHandlerOptions extends BodyLimits {
  readonly endpoint: Endpoint;
  readonly heartbeats: Heartbeats;
  readonly maxBufferedBytes: number;
  readonly isOld: IsOld;
  /** The URL that the client used, if proxies say it. Undefined: no proxy is trusted. */
  readonly urlOf?: UrlOf | undefined;
  /** The address of the client. Undefined: nobody needs it. */
  readonly addressOf?: AddressOf | undefined;
}

/** A request with what middleware may have added: verified authentication (`requireBearerAuth`) and a parsed body (`express.json`). */
type Request = IncomingMessage & { auth?: AuthInfo; body?: unknown; originalUrl?: string };

/** Serves one request of `node:http`. It also works as an Express handler. */
export type NodeHandler = (request: IncomingMessage, response: ServerResponse) => void;

export function createNodeHandler(options: NodeHandlerOptions): NodeHandler {
  const { endpoint, heartbeats, maxBufferedBytes, isOld, urlOf, addressOf } = options;
  return (request: Request, response) => {
    if (isOld(request.socket)) response.setHeader('connection', 'close');
    const incoming = new NodeIncoming(request, response, callerOf(request, urlOf, addressOf), options);
    endpoint(incoming, createNodeReply(response, { heartbeats, maxBufferedBytes })).catch(() => response.destroy());
  };
}

/** A class, because an object literal with these methods makes a closure for each of them with each request. */
class NodeIncoming implements Incoming {
  readonly caller: Caller;
  readonly #request: Request;
  readonly #response: ServerResponse;
  readonly #limits: BodyLimits;

  constructor(request: Request, response: ServerResponse, caller: Caller, limits: BodyLimits) {
    this.#request = request;
    this.#response = response;
    this.caller = caller;
    this.#limits = limits;
  }

  get method(): string {
    return this.#request.method ?? 'GET';
  }

  /** `headers` has only the first value of some headers. */
  valuesOf(header: string): readonly string[] {
    const { rawHeaders } = this.#request;
    return rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === header);
  }

  /** Created only when asked for: a controller per request would cost more than reading the request. */
  signal(): AbortSignal {
    const gone = new AbortController();
    this.onGone(() => gone.abort());
    return gone.signal;
  }

  onGone(listener: () => void): void {
    const response = this.#response;
    const tell = () => {
      if (!response.writableFinished) listener();
    };
    if (response.closed) tell();
    else response.on('close', tell);
  }

  body(): Promise<unknown> {
    const { body } = this.#request;
    return body === undefined ? readJson(this.#request, this.#limits) : takeParsed(body, this.#limits);
  }

  as(caller: Caller): Incoming {
    return new NodeIncoming(this.#request, this.#response, caller, this.#limits);
  }
}

function callerOf(request: Request, urlOf: UrlOf = ownUrl, addressOf?: AddressOf): Caller {
  const { headers, auth } = request;
  const url = urlOf(request);
  if (addressOf !== undefined) return { headers, url, address: addressOf(request), ...(auth && { authInfo: auth }) };
  return auth === undefined ? { headers, url } : { headers, url, authInfo: auth };
}
