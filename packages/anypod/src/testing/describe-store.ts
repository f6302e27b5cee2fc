import { changeLogContract } from './change-log.contract.ts';
import { eventLogContract } from './event-log.contract.ts';
import { eventLogRaceContract } from './event-log-race.contract.ts';
import { inboxContract } from './inbox.contract.ts';
import { podRegistryContract } from './pod-registry.contract.ts';
import { questionStoreContract } from './question-store.contract.ts';
import { sessionStoreContract } from './session-store.contract.ts';
import { standingLogContract } from './standing-log.contract.ts';
import type { Runner, Subject } from './subject.ts';

const CONTRACTS = [
  sessionStoreContract,
  eventLogContract,
  eventLogRaceContract,
  standingLogContract,
  questionStoreContract,
  inboxContract,
  podRegistryContract,
  changeLogContract,
];

/** Defines, with the given test runner, everything that a store must do. */
export function describeStore(runner: Runner, subject: Subject): void {
  runner.describe(subject.name, () => {
    for (const contract of CONTRACTS) contract(runner, subject);
  });
}
