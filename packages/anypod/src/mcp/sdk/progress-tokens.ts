import type { JsonRpcMessage, JsonRpcNotification } from '../../core/json/json-rpc.ts';

/** The prefix of a token that a server gets in place of the client's own. */
const SEALED = 'anypod/token:';

/**
 * A client's message with a progress token that the SDKs accept. MCP allows any number, but the SDKs' schemas accept whole numbers only. So this
 * replaces another number by text that contains it. Nothing is stored: `openToken` reads the client's own token from the text.
 */
export function sealToken<M extends JsonRpcMessage>(message: M): M {
  const [name, holder] = 'method' in message ? ['params', message.params] : ['result', message.result];
  const meta = holder?.['_meta'] as { readonly progressToken?: unknown } | undefined;
  const token = meta?.progressToken;
  if (token === undefined || !needsSeal(token)) return message;
  const progressToken = SEALED + JSON.stringify(token);
  return { ...message, [name]: { ...holder, _meta: { ...meta, progressToken } } };
}

/** A server's message as the client gets it, with the client's own progress token. */
export function openToken<M extends JsonRpcMessage>(message: M): M {
  const { method, params } = message as Partial<JsonRpcNotification>;
  const token = params?.['progressToken'];
  if (method !== 'notifications/progress' || typeof token !== 'string' || !token.startsWith(SEALED)) return message;
  return { ...message, params: { ...params, progressToken: JSON.parse(token.slice(SEALED.length)) as unknown } };
}

/** Also seals a client's text that begins with our prefix, so that each token comes back unchanged. */
function needsSeal(token: unknown): boolean {
  return typeof token === 'string' ? token.startsWith(SEALED) : !Number.isSafeInteger(token);
}
