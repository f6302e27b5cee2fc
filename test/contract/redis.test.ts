import { describeStore } from 'anypod/testing';
import { describe, it } from 'vitest';
import { redisSubject } from './redis-subject.ts';
import { useTwoClients } from './two-clients.ts';

const clients = useTwoClients();

describeStore(
  { describe, it },
  redisSubject('the store over Redis', () => clients),
);
