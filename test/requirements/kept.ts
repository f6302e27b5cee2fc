const STATE = 'docs/state.md';

/** What a server keeps between calls. */
export const kept = {
  'session.registry': [
    "What the server's code changes in its registry is so on every pod before the client can hear of it.",
    'docs/architecture.md',
  ],
  'session.registry.unfollowed': [
    'A change of the registry that other pods cannot follow is counted, and logged once.',
    STATE,
  ],
  'session.state': [
    'An entry of a session that was written before a call was answered is there for the next call on any pod.',
    STATE,
  ],
  'session.state.update': ['Updates of one entry at once on several pods lose nothing, and none is made twice.', STATE],
  'state.handles': ['A handle has its entries on any pod, in every revision, for its owner only.', STATE],
} as const satisfies Record<string, readonly [behaviour: string, clause: string]>;
