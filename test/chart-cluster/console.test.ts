/** The console that the chart installs, on the pods and sessions of a cluster. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { login, wordsOf } from '../cluster/console-process.ts';
import { eventually } from '../cluster/settle.ts';
import { openSession, type WireSession } from '../cluster/wire.ts';
import { type Forward, forward } from './forward.ts';
import { createNamespace, type Namespace } from './namespace.ts';

const NAME = 'anypod-console';
const VALUES = { 'console.enabled': true, 'console.operatorPasswordKey': 'operator-password' };
const PING = { jsonrpc: '2.0', id: 1, method: 'ping' };

let namespace: Namespace;
let console: Forward;
/** One for each pod that is not about to go. */
let pods: Forward[] = [];
let session: WireSession;

const kubectl = (...arguments_: string[]) => namespace.kubectl(arguments_);
const endpoint = ({ origin }: Forward) => new URL('/mcp', origin);

async function podNames(): Promise<string[]> {
  const selector = '--selector=app.kubernetes.io/component=server';
  return (await kubectl('get', 'pods', selector, '--output', 'name')).trim().split('\n');
}

async function forwardPods(): Promise<Forward[]> {
  return Promise.all((await podNames()).map((pod) => forward(NAME, pod, 3000)));
}

/** Logs in with a password of the Secret, read as the chart's notes say. */
async function enter(key: string) {
  const template = `go-template={{index .data "${key}" | base64decode}}`;
  return login(console, await kubectl('get', 'secret', 'demo-anypod-console', '-o', template));
}

/** The rows of the page of pods, by the name of the pod in Kubernetes. */
async function shownPods(): Promise<ReadonlyMap<string, string>> {
  const visitor = await enter('password');
  const page = (await visitor.get('/')).text;
  const rows = [...page.matchAll(/<tr[^>]*><th scope="row">.*?<\/tr>/g)].map(([row]) => wordsOf(row).trim());
  return new Map(rows.map((row) => [`pod/${row.split(' ')[1]?.split(':')[0]}`, row]));
}

async function expectPods(): Promise<void> {
  const names = await podNames();
  await eventually(async () => {
    const shown = await shownPods();
    for (const name of names) expect(shown.get(name) ?? `no row of ${name}`).toMatch(/ alive for \S+ serving .* MiB /);
  });
}

beforeAll(async () => {
  namespace = await createNamespace(NAME);
  await namespace.helm(['install', 'demo', '--wait', '--timeout', '220s'], VALUES);
  console = await forward(NAME, 'service/demo-anypod-console', 80);
  pods = await forwardPods();
});

afterAll(async () => {
  await Promise.all([console, ...pods].map((open) => open?.stop()));
  await namespace?.delete();
});

it('shows each pod with its lease and its load [console.looks]', async () => {
  expect(pods).toHaveLength(2);
  await expectPods();
});

it('shows a session of the cluster [console.looks]', async () => {
  session = await openSession(endpoint(pods[0] as Forward), { name: 'from-outside' });
  const visitor = await enter('password');
  expect(wordsOf((await visitor.get('/sessions')).text)).toContain('from-outside');
  expect((await visitor.get(`/sessions/${session.id.slice(0, 14)}`)).text).not.toContain('End this session');
});

it('reads Redis as a user that may only read [console.redis-user]', async () => {
  const asConsole = 'redis-cli --no-auth-warning --user "$CONSOLE_USERNAME" --pass "$CONSOLE_PASSWORD"';
  const said = (command: string) =>
    kubectl('exec', 'demo-anypod-redis-0', '--', 'sh', '-c', `${asConsole} ${command}`).then((text) => text.trim());
  expect(await said('exists anypod:any')).toBe('0');
  expect(await said('set anypod:any 1')).toContain('NOPERM');
  const name = "jsonpath={.spec.template.spec.containers[0].env[?(@.name=='REDIS_USERNAME')].value}";
  expect(await kubectl('get', 'deployment', 'demo-anypod-console', '--output', name)).toBe('console');
});

it('shows the new pods after a rollout, and the session goes on [console.looks]', async () => {
  const before = await podNames();
  await kubectl('rollout', 'restart', 'deployment/demo-anypod');
  await kubectl('rollout', 'status', 'deployment/demo-anypod', '--timeout=120s');
  await eventually(async () => {
    const names = await podNames();
    expect([names.length, names.filter((name) => before.includes(name))]).toEqual([2, []]);
  });
  await expectPods();
  await Promise.all(pods.map((open) => open.stop()));
  pods = await forwardPods();
  for (const pod of pods) expect((await session.send(endpoint(pod), PING)).status).toBe(200);
});

it('lets an operator end the session on every pod [console.roles]', async () => {
  const operator = await enter('operator-password');
  const path = `/sessions/${session.id.slice(0, 14)}`;
  expect((await operator.get(path)).text).toContain('End this session');
  expect((await operator.post(`${path}/end`, { token: await operator.token() })).status).toBe(303);
  for (const pod of pods) {
    await eventually(async () => expect((await session.send(endpoint(pod), PING)).status).toBe(404));
  }
});
