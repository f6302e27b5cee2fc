/**
 * Contract suites: what every implementation of the ports must do, for the test runner of your choice.
 * @module anypod/testing
 */
export { describeStore } from './describe-store.ts';
export { describeResumeStore, type ResumeStoreSubject } from './resume-store.contract.ts';
export { eventually, type Opened, type Runner, type Subject, sampleRecord } from './subject.ts';
