import { parseArgs } from 'node:util';
import { type Deployment, type DeploymentName, deployments, SERVERS } from './deployments.ts';
import { runSuite } from './run-suite.ts';
import { type Suite, suites } from './suites.ts';

const USAGE = `Usage: node test/conformance/run.ts [--deployment ${Object.keys(deployments).join('|')}]…
       [--url <url of a running server>] [--suite ${suites.map(({ id }) => id).join('|')}]… [--verbose]`;

const { values } = parseArgs({
  options: {
    deployment: { type: 'string', multiple: true, default: Object.keys(deployments) },
    suite: { type: 'string', multiple: true, default: suites.map(({ id }) => id) },
    url: { type: 'string' },
    verbose: { type: 'boolean', default: false },
  },
});
const { url } = values;
const unknown = [
  ...values.deployment.filter((name) => !Object.hasOwn(deployments, name)),
  ...values.suite.filter((id) => !suites.some((suite) => suite.id === id)),
];
if (unknown.length > 0) {
  console.error(`Unknown: ${unknown.join(', ')}\n${USAGE}`);
  process.exit(2);
}

const chosen = suites.filter(({ id }) => values.suite.includes(id));
let problems = 0;
if (url === undefined) {
  for (const name of values.deployment as DeploymentName[]) {
    for (const sdk of ['v2', 'v1'] as const) {
      const own = chosen.filter((suite) => (suite.sdk ?? 'v2') === sdk);
      if (own.length > 0) problems += await runAgainst(name, own, await deployments[name](SERVERS[sdk]));
    }
  }
} else {
  problems += await runAgainst(url, chosen, { url, logs: () => '', stop: async () => {} });
}
console.log(problems === 0 ? 'conformance: passed' : `conformance: ${problems} problems`);
process.exitCode = problems === 0 ? 0 : 1;

/** Runs suites, prints a line for each and one for each problem, and counts the problems. */
async function runAgainst(name: string, own: readonly Suite[], deployment: Deployment): Promise<number> {
  let found = 0;
  try {
    for (const suite of own) {
      const run = await runSuite(suite, deployment.url);
      const counts = `${run.clean}/${run.scenarios} scenarios clean, ${run.successes} checks`;
      console.log(`${name}  ${suite.id.padEnd(23)}  ${counts}  ${run.seconds.toFixed(1)} s`);
      for (const { scenario, message } of run.problems) console.log(`  ${scenario}: ${message}`);
      if (values.verbose && run.problems.length > 0) console.log(run.output);
      found += run.problems.length;
    }
    if (values.verbose && found > 0) console.log(deployment.logs());
    return found;
  } finally {
    await deployment.stop();
  }
}
