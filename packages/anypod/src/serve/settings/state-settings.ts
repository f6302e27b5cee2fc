import { bytes, count, milliseconds, type Setting } from './setting.ts';

/** What the user's server may keep between calls. */
export const STATE_SETTINGS: readonly Setting[] = [
  {
    name: 'stateByteLimit',
    flag: '--session-state-bytes',
    env: 'ANYPOD_SESSION_STATE_BYTES',
    default: '65536',
    description:
      'How much your server may keep for a session, and under a handle (bytes of keys and JSON). The changes of a session’s registry have the same limit. See state.md.',
    schema: bytes(1024),
  },
  {
    name: 'handleTtlMs',
    flag: '--handle-ttl',
    env: 'ANYPOD_HANDLE_TTL',
    default: '86400000',
    description:
      'How long a handle lasts that nobody opens (ms). Your server can ask for less for a handle, but not for more.',
    schema: milliseconds(1000),
  },
  {
    name: 'handleLimit',
    flag: '--handles',
    env: 'ANYPOD_HANDLES',
    default: '1000',
    description: 'Maximum number of handles of one principal.',
    schema: count(1),
  },
  {
    name: 'anonymousHandleLimit',
    flag: '--anonymous-handles',
    env: 'ANYPOD_ANONYMOUS_HANDLES',
    default: '10000',
    description: 'Approximate maximum number of handles of all callers without a principal.',
    schema: count(1),
  },
];
