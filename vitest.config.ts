import { defineConfig } from 'vitest/config';

/**
 * Tests that start processes. They run the built packages. The files of a worker share their modules, which keep no state: to load them anew for each file
 * would take a quarter of the processor.
 */
const processes = { testTimeout: 240_000, hookTimeout: 240_000, globalSetup: 'test/lib/build.ts', isolate: false };

/** Files that need the processor for themselves run one after the other. */
const serial = { ...processes, fileParallelism: false };

/** Files that wait for pods more than they compute. Each has pods, ports and a Redis of its own. */
const waiting = { ...processes, maxWorkers: 2 };

/** Files that only wait for times to pass, in Redis servers of their own. */
const idle = { ...processes, maxWorkers: 6 };

/** One run of helm renders hundreds of values. */
const many = { testTimeout: 60_000, hookTimeout: 300_000 };

/** Pods of a real cluster come and go meanwhile. */
const live = { testTimeout: 300_000, hookTimeout: 300_000 };

/** Programs of others that start slowly. */
const program = { testTimeout: 600_000, hookTimeout: 900_000 };

/** What ends processes, cuts connections or waits for ages. */
const FAULTS = [
  'test/cluster/{faults,bad-factory,module-listeners,max-age,silent-pod,signals}.test.ts',
  'test/cluster/balancers/*.test.ts',
  'test/library/*.test.ts',
];

/** Servers whose code harms their pod. */
const HOSTILE = ['test/cluster/{hostile,hostile-process,call-timeout}.test.ts'];

/** The service as its operators and clients find it: its commands, its start and settings, the examples, and abuse. */
const SERVICE = [
  'test/cluster/{cli,cli-admin,cli-sessions,connect,console,console-pages,dev,doctor,doctor-hostile,doctor-login,doctor-others,doctor-smoke,own-modules,process,redis-access,secrets,service-settings,stdio,surviving-client,wrong-configuration}.test.ts',
  'test/{examples,leak,migration,security,fuzz,timing}/**/*.test.ts',
];

/** Installs the packages as npm would publish them. */
const PACKED = ['test/create/**/*.test.ts'];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{packages,services,examples,bench,loadtest}/**/*.test.ts'],
          // The tests of the projects that `npm create anypod` makes; test/create runs them there.
          exclude: ['**/node_modules/**', 'packages/create-anypod/template/**'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          isolate: false,
          maxWorkers: 2,
        },
      },
      { test: { name: 'contract', include: ['test/contract/**/*.test.ts'], ...idle } },
      {
        test: {
          name: 'cluster',
          include: ['test/cluster/**/*.test.ts'],
          exclude: [...FAULTS, ...HOSTILE, ...SERVICE],
          ...waiting,
        },
      },
      // Projects of their own, so that they run beside the rest.
      { test: { name: 'service', include: SERVICE, ...waiting } },
      { test: { name: 'faults', include: FAULTS, ...waiting } },
      { test: { name: 'hostile', include: HOSTILE, ...waiting } },
      { test: { name: 'conformance', include: ['test/conformance/**/*.test.ts'], ...serial, testTimeout: 300_000 } },
      { test: { name: 'chaos', include: ['test/{chaos,k8s}/**/*.test.ts'], ...serial } },
      { test: { name: 'idp', include: ['test/idp/**/*.test.ts'], ...serial, ...program } },
      { test: { name: 'image', include: ['test/image/**/*.test.ts'], ...serial } },
      { test: { name: 'serverless', include: ['test/serverless/**/*.test.ts'], ...serial, ...live } },
      { test: { name: 'console', include: ['test/console/**/*.test.ts'], ...serial } },
      { test: { name: 'runtimes', include: ['test/runtimes/**/*.test.ts'], ...serial } },
      { test: { name: 'chart', include: ['test/{chart,manifests}/**/*.test.ts'], ...many } },
      { test: { name: 'chart-cluster', include: ['test/chart-cluster/**/*.test.ts'], ...serial, ...live } },
      { test: { name: 'observability', include: ['test/observability/**/*.test.ts'], ...serial } },
      { test: { name: 'repo', include: ['{tools,test/requirements}/**/*.test.ts', ...PACKED], ...serial } },
    ],
  },
});
