import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runCommand } from './run-command.ts';

const CHART = fileURLToPath(new URL('../../../helm/anypod/Chart.yaml', import.meta.url));
const QUICK = { timeoutMs: 15_000 };

/** Throws a sentence with the remedy where something is missing that the tests need. */
export async function refuseWithoutCluster(signal: AbortSignal): Promise<void> {
  await runCommand('helm', ['version', '--short'], { ...QUICK, signal });
  await runCommand('kubectl', ['version', '--client'], { ...QUICK, signal });
  if (!existsSync(CHART)) throw new Error(`The chart is missing: ${CHART}.`);
  await runCommand('kubectl', ['get', '--raw', '/readyz'], { ...QUICK, signal }).catch((error: Error) => {
    throw new Error(
      `No cluster answers. Set KUBECONFIG to one, for instance with "kind create cluster".\n${error.message}`,
    );
  });
}

/** The cluster in a line. */
export async function describeCluster(signal: AbortSignal): Promise<string> {
  const nodes = JSON.parse(await runCommand('kubectl', ['get', 'nodes', '--output', 'json'], { ...QUICK, signal })) as {
    items: { status: { capacity: Record<string, string>; nodeInfo: Record<string, string> } }[];
  };
  const described = nodes.items.map(
    ({ status: { capacity, nodeInfo } }) =>
      `${capacity['cpu']} cores, ${nodeInfo['kubeletVersion']}, ${nodeInfo['containerRuntimeVersion']}`,
  );
  const helm = (await runCommand('helm', ['version', '--short'], { ...QUICK, signal })).trim();
  return `${nodes.items.length} node(s): ${[...new Set(described)].join('; ')}; helm ${helm}`;
}
