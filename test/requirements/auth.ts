/** What anypod promises about who may call; see `requirements.ts`. */

const AUTHORIZATION = 'https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization';
const PRACTICES = 'https://modelcontextprotocol.io/specification/2026-07-28/basic/security_best_practices';
const DOCUMENT = 'docs/authorization.md';

export const auth = {
  'auth.metadata': [
    'The metadata of the resource is at the well-known address, at the root and for the path, for pages of any origin. It names at least one issuer, and never offline_access.',
    `${AUTHORIZATION}#authorization-server-location`,
  ],
  'auth.metadata.url': [
    'Metadata and challenges name the configured URL. Only trusted proxies may say under which host a client came.',
    'https://www.rfc-editor.org/rfc/rfc9728#section-3.3',
  ],
  'auth.challenge.missing': [
    'Every request without a token gets 401 before it is read, also initialize and server/discover. The challenge names metadata and scopes, and no error.',
    'https://www.rfc-editor.org/rfc/rfc6750#section-3.1',
  ],
  'auth.token.misplaced': [
    'A token in the query string, two tokens, and an Authorization that holds no token are refused with 400.',
    `${AUTHORIZATION}#token-requirements`,
  ],
  'auth.token.refused': [
    'A token with a wrong signature, algorithm, issuer, audience, type, lifetime or key gets 401 invalid_token.',
    `${AUTHORIZATION}#token-handling`,
  ],
  'auth.token.audience': [
    'A token must name this server as its audience. Scheme and host may be in upper case, and a slash may follow.',
    `${AUTHORIZATION}#token-audience-binding-and-validation`,
  ],
  'auth.token.expiry-first': ['An expired token gets 401 whatever its scopes are.', `${AUTHORIZATION}#error-handling`],
  'auth.token.cached': ['A verified token is not verified again for a time that never exceeds its own.', DOCUMENT],
  'auth.token.secret': ['Tokens and secrets are in no answer, log line, span, metric or command to Redis.', DOCUMENT],
  'auth.rest.hidden': ['With payload keys, Redis shows ids, times and counts only.', 'docs/data-at-rest.md'],
  'auth.rest.rotation': [
    'Encryption is turned on, and its keys are changed, pod by pod and without a loss.',
    'docs/data-at-rest.md#turn-it-on-change-keys',
  ],
  'auth.rest.unreadable': [
    'A pod with other payload keys does not start beside others, and refuses what it cannot read.',
    'docs/data-at-rest.md#what-a-pod-cannot-read',
  ],
  'auth.keys.lazy': ['Nothing is fetched from an issuer before its first token.', DOCUMENT],
  'auth.keys.discovery': [
    'The keys of an issuer are found through its own metadata, of OAuth or OpenID Connect.',
    'https://www.rfc-editor.org/rfc/rfc8414#section-3.3',
  ],
  'auth.keys.static': ['With configured keys nothing is fetched.', DOCUMENT],
  'auth.keys.rotation': ['New keys work without a restart. Tokens cannot make a pod fetch keys often.', DOCUMENT],
  'auth.keys.withdrawn': ['A withdrawn key ends its tokens, also those that were verified before.', DOCUMENT],
  'auth.keys.away': [
    'While an issuer is away its known keys go on. Without keys the answer is 503, never 401.',
    DOCUMENT,
  ],
  'auth.introspection': [
    'Opaque tokens are judged by their issuer, whose answer is kept for 30 s at most.',
    'https://www.rfc-editor.org/rfc/rfc7662#section-4',
  ],
  'auth.introspection.always': [
    'If the operator wants it, the issuer is also asked about JWTs, so that a logout or a revocation ends them within 30 s.',
    'https://www.rfc-editor.org/rfc/rfc7662#section-4',
  ],
  'auth.claims.mapped': ['The configuration says which claims name subject, client, scopes and tenant.', DOCUMENT],
  'auth.principal': ['Only the verified token says who calls, and handlers do not get it.', DOCUMENT],
  'auth.tenant.issuer': ['An issuer speaks only for the tenants that it is configured for.', DOCUMENT],
  'auth.scope.configured': ['The configuration says which scopes tools, prompts and resources need.', DOCUMENT],
  'auth.scope.missing': [
    'A call without its scopes gets 403 with all scopes that it needs, before a stream opens, in both eras.',
    `${AUTHORIZATION}#runtime-insufficient-scope-errors`,
  ],
  'auth.scope.hierarchy': [
    'A broader scope counts as the narrower ones that it implies.',
    `${AUTHORIZATION}#step-up-authorization-flow`,
  ],
  'auth.scope.hidden': ['Lists leave out what the caller may not use, if the operator wants it.', DOCUMENT],
  'auth.foreign.session': [
    'A foreign session id gets the answer of an unknown one, and its owner notices nothing. No session that began with a token is served without one.',
    `${PRACTICES}#state-handle-hijacking`,
  ],
  'auth.foreign.event-id': [
    'A foreign event id gets the answer of a forged one.',
    `${PRACTICES}#state-handle-hijacking`,
  ],
  'auth.foreign.question': [
    'Nobody answers the questions or cancels the calls of another.',
    `${PRACTICES}#state-handle-hijacking`,
  ],
  'auth.foreign.state': [
    'A foreign request state gets the answer of a forged one.',
    `${PRACTICES}#state-handle-hijacking`,
  ],
  'auth.foreign.handle': ['A foreign handle is like an unknown one, on every pod and in every revision.', DOCUMENT],
  'auth.foreign.task': ['A foreign task or cursor is like an unknown one, in every revision.', DOCUMENT],
  'auth.foreign.retry': [
    'Repeats of a call get no result of another caller, whatever key they use.',
    `${PRACTICES}#state-handle-hijacking`,
  ],
  'auth.expiry.stream': [
    'The streams of a session end with retry when their token expires. A fresh token resumes them on any pod.',
    DOCUMENT,
  ],
  'auth.expiry.listen': ['A subscriptions/listen stream ends with its result when its token expires.', DOCUMENT],
  'auth.rerun': ['A call of a lost pod runs again with the stored claims of its caller, never with a token.', DOCUMENT],
  'auth.notify': ['A change for a tenant or a principal reaches its clients on all pods, and no others.', DOCUMENT],
  'auth.dpop': [
    'A token that is bound to a key works only with a fresh proof of its holder, on all pods once.',
    'https://www.rfc-editor.org/rfc/rfc9449#section-4.3',
  ],
  'auth.dpop.nonce': ['A proof needs the nonce of this server.', 'https://www.rfc-editor.org/rfc/rfc9449#section-9'],
  'auth.cors': [
    'Pages of the configured origins may call and read what they need. Other pages get 403 without CORS headers.',
    'https://fetch.spec.whatwg.org/#http-cors-protocol',
  ],
  'auth.off': ['Without issuers nobody needs a token.', DOCUMENT],
  'auth.options': ['Options that cannot work are refused at the start, all at once.', DOCUMENT],
} as const;
