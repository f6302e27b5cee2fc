import { defineConfig } from 'vitest/config';

/** Files that start processes run one after the other: the tests decide on order, never on time, but pods need a core. */
const serial = { fileParallelism: false, testTimeout: 240_000, hookTimeout: 240_000 };

/** One run of helm renders hundreds of values. */
const many = { testTimeout: 60_000, hookTimeout: 300_000 };

/** Pods of a real cluster come and go meanwhile. */
const live = { testTimeout: 300_000, hookTimeout: 300_000 };

/** What ends processes, cuts connections or waits for ages: a project of its own, so that it runs beside the rest. */
const FAULTS = [
  'test/cluster/{hostile,hostile-process,faults,bad-factory,module-listeners,call-timeout,max-age,silent-pod,signals}.test.ts',
  'test/cluster/balancers/*.test.ts',
  'test/library/*.test.ts',
];

/** Installs the packages as npm would publish them. */
const PACKED = ['test/create/**/*.test.ts'];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{packages,examples,bench,loadtest}/**/*.test.ts'],
          // The tests of the projects that `npm create anypod` makes; test/create runs them there.
          exclude: ['**/node_modules/**', 'packages/create-anypod/template/**'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      { test: { name: 'contract', include: ['test/contract/**/*.test.ts'], ...serial } },
      {
        test: {
          name: 'cluster',
          include: ['test/{cluster,leak,examples,security}/**/*.test.ts'],
          exclude: FAULTS,
          ...serial,
        },
      },
      { test: { name: 'faults', include: FAULTS, ...serial } },
      { test: { name: 'conformance', include: ['test/conformance/**/*.test.ts'], ...serial, testTimeout: 300_000 } },
      { test: { name: 'chaos', include: ['test/{chaos,k8s}/**/*.test.ts'], ...serial } },
      { test: { name: 'image', include: ['test/image/**/*.test.ts'], ...serial } },
      { test: { name: 'chart', include: ['test/{chart,manifests}/**/*.test.ts'], ...many } },
      { test: { name: 'chart-cluster', include: ['test/chart-cluster/**/*.test.ts'], ...serial, ...live } },
      { test: { name: 'observability', include: ['test/observability/**/*.test.ts'], ...serial } },
      { test: { name: 'repo', include: ['{tools,test/requirements}/**/*.test.ts', ...PACKED], ...serial } },
    ],
  },
});
