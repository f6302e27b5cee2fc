import { callStoreContract } from './call-store.contract.ts';
import { changeLogContract } from './change-log.contract.ts';
import { eventLimitsContract } from './event-limits.contract.ts';
import { eventLogContract } from './event-log.contract.ts';
import { eventLogRaceContract } from './event-log-race.contract.ts';
import { inboxContract } from './inbox.contract.ts';
import { ownershipContract } from './ownership.contract.ts';
import { podRegistryContract } from './pod-registry.contract.ts';
import { questionStoreContract } from './question-store.contract.ts';
import { quotasContract } from './quotas.contract.ts';
import { sessionRegistryContract } from './session-registry.contract.ts';
import { sessionStoreContract } from './session-store.contract.ts';
import { spentStatesContract } from './spent-states.contract.ts';
import { standingLogContract } from './standing-log.contract.ts';
import { stateStoreContract } from './state-store.contract.ts';
import type { Contract, Runner, Subject } from './subject.ts';
import { takeOverContract } from './take-over.contract.ts';
import { taskStepsContract } from './task-steps.contract.ts';
import { taskStoreContract } from './task-store.contract.ts';

const CONTRACTS: readonly Contract[] = [
  sessionStoreContract,
  sessionRegistryContract,
  eventLogContract,
  eventLogRaceContract,
  eventLimitsContract,
  takeOverContract,
  standingLogContract,
  questionStoreContract,
  inboxContract,
  podRegistryContract,
  ownershipContract,
  changeLogContract,
  callStoreContract,
  spentStatesContract,
  taskStoreContract,
  taskStepsContract,
  stateStoreContract,
  quotasContract,
];

/** Defines tests for everything that a store must do, with the given test runner. Each test gets its own store. */
export function describeStore(runner: Runner, subject: Subject): void {
  runner.describe(subject.name, () => {
    for (const contract of CONTRACTS) runner.describe(contract.of, () => define(runner, subject, contract));
  });
}

function define(runner: Runner, subject: Subject, contract: Contract): void {
  for (const [sentence, promise] of Object.entries(contract.holds)) {
    const { options, check } = typeof promise === 'function' ? { options: {}, check: promise } : promise;
    runner.it(sentence, async () => {
      const opened = await subject.open(options);
      try {
        await check(opened);
      } finally {
        await opened.close();
      }
    });
  }
}
