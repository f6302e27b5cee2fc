/** What anypod promises about how much callers may use; see `requirements.ts`. */

const DOCUMENT = 'docs/limits.md';

export const limits = {
  'limits.rate': [
    'A caller who sends faster than it may gets 429 with Retry-After. Its requests count exactly, on all pods together and in all revisions. Nobody else notices.',
    DOCUMENT,
  ],
  'limits.rate.cost': [
    'The rate costs one round trip to Redis at a time for each caller, and none while the caller is refused.',
    DOCUMENT,
  ],
  'limits.rate.away': ['While the store does not answer, each pod limits the rate alone, and calls go on.', DOCUMENT],
  'limits.resumes': ['A caller or a pod above its limits still continues what was accepted.', DOCUMENT],
  'limits.calls': ['Requests of one caller that are not yet answered are limited.', DOCUMENT],
  'limits.streams': ['Open streams of one caller are limited, however many it asks for at once.', DOCUMENT],
  'limits.sessions': ['Sessions of one caller are limited on all pods together.', DOCUMENT],
  'limits.tenant': [
    'All users of a tenant together are limited: requests on all pods, sessions on all pods, and calls and streams of a pod. Other tenants, and callers without a tenant, notice nothing.',
    DOCUMENT,
  ],
  'limits.tenant.order': [
    'What the limits of a caller refuse takes nothing from its tenant. A tenant above its rate costs its callers only requests that were already on their way.',
    DOCUMENT,
  ],
  'limits.parked': ['Parked calls of one caller are limited, and leave room for those of others.', DOCUMENT],
  'limits.subscriptions': ['Subscriptions of a session and of a listen stream are limited.', DOCUMENT],
  'limits.batch': ['The messages of a batch are limited.', DOCUMENT],
  'limits.messages': [
    'A message that is too large, too deep or too slow gets its own status, and is counted.',
    DOCUMENT,
  ],
  'limits.address': [
    'The address of an anonymous caller comes from trusted proxies only. An IPv6 caller is its network.',
    DOCUMENT,
  ],
  'limits.overload': [
    'A pod that is full or slow refuses new requests with 503 before it reads them. It answers probes, and continues what it has accepted.',
    DOCUMENT,
  ],
  'limits.off': ['Limits that are off ask the store nothing.', DOCUMENT],
  'limits.exhaustion': [
    'One caller that opens sessions, streams and connections without end leaves the memory of pods and Redis bounded, and others are served.',
    DOCUMENT,
  ],
  'security.smuggling': [
    'A request whose length or lines can be read in two ways gets 4xx, and what follows it is not served.',
    'https://www.rfc-editor.org/rfc/rfc9112#section-11.2',
  ],
  'security.doubled': ['A header that comes twice gives nobody more than it would alone.', DOCUMENT],
  'security.numbers': ['Numbers and texts that break parsers or streams are refused or come back unchanged.', DOCUMENT],
  'security.utf8': ['Broken UTF-8 is replaced, and answers are always valid UTF-8.', DOCUMENT],
  'security.pollution': ['No name that a client chooses changes objects of the process.', DOCUMENT],
  'security.ledger': ['Each abuse case of the ledger has a test over two pods.', 'test/security/README.md'],
  'limits.documented': ['Every limit is documented with its setting, its error, its metric and its test.', DOCUMENT],
} as const;
