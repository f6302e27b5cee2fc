import { describeStore } from 'anypod/testing';
import { describe, it } from 'vitest';
import { redisSubject } from './redis-subject.ts';
import { useTwoClients } from './two-clients.ts';

const clients = useTwoClients();

// An id without a version is of the oldest that a build knows: of v1 here, of v2 below.
describeStore(
  { describe, it },
  redisSubject('an old and a new build, sessions of the old version', () => clients, {
    builds: { a: ['v1'], b: ['v2', 'v1'] },
  }),
);

describeStore(
  { describe, it },
  redisSubject('a new build and the next, sessions of the new version', () => clients, {
    builds: { a: ['v2'], b: ['v3', 'v2'] },
  }),
);
