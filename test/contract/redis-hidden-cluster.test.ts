import { describeStore } from 'anypod/testing';
import { describe, it } from 'vitest';
import { startHiddenCluster } from '../lib/redis-server.ts';
import { redisSubject } from './redis-subject.ts';
import { useTwoClients } from './two-clients.ts';

const clients = useTwoClients(startHiddenCluster);

describeStore(
  { describe, it },
  redisSubject(
    'the store over a Redis Cluster behind one address, to which its clients speak as to one server',
    () => clients,
  ),
);
