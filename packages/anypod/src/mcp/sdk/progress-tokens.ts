import type { JsonRpcMessage, JsonRpcNotification } from '../../core/json-rpc.ts';

/** What a token begins with that a server gets in place of the client's own. */
const SEALED = 'anypod/token:';

/**
 * A client's message whose progress token the SDKs take: MCP lets a token be any number, and their schemas take whole ones only, so another one
 * travels as text. Nothing is kept: `openToken` reads the client's own token out of it.
 */
export function sealToken<M extends JsonRpcMessage>(message: M): M {
  const [name, holder] = 'method' in message ? ['params', message.params] : ['result', message.result];
  const meta = holder?.['_meta'] as { readonly progressToken?: unknown } | undefined;
  const token = meta?.progressToken;
  if (token === undefined || !needsSeal(token)) return message;
  const progressToken = SEALED + JSON.stringify(token);
  return { ...message, [name]: { ...holder, _meta: { ...meta, progressToken } } };
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
