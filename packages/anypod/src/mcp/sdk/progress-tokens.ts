import type { JsonRpcMessage, JsonRpcNotification, JsonRpcRequest } from '../../core/json-rpc.ts';

/** What a token begins with that a server gets in place of the client's own. */
const SEALED = 'anypod/token:';

/**
 * A request whose progress token the SDKs take: MCP lets a token be any number, and their schemas take whole ones only, so another one travels as
 * text. Nothing is kept: `openToken` reads the client's own token out of it.
 */
export function sealToken<R extends JsonRpcRequest>(request: R): R {
  const meta = request.params?.['_meta'] as { readonly progressToken?: unknown } | undefined;
  const token = meta?.progressToken;
  if (token === undefined || !needsSeal(token)) return request;
  const progressToken = SEALED + JSON.stringify(token);
  return { ...request, params: { ...request.params, _meta: { ...meta, progressToken } } };
}

/** A server's message as the client is to get it, under its own progress token. */
export function openToken<M extends JsonRpcMessage>(message: M): M {
  const { method, params } = message as Partial<JsonRpcNotification>;
  const token = params?.['progressToken'];
  if (method !== 'notifications/progress' || typeof token !== 'string' || !token.startsWith(SEALED)) return message;
  return { ...message, params: { ...params, progressToken: JSON.parse(token.slice(SEALED.length)) as unknown } };
}

/** Text that looks like ours is sealed too, so that each token comes back as it was. */
function needsSeal(token: unknown): boolean {
  return typeof token === 'string' ? token.startsWith(SEALED) : !Number.isSafeInteger(token);
}
