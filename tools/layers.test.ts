/** Proves that the layer rules in biome.json work: each room gets a file with forbidden imports, and biome must refuse each import. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, normalize } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const source = 'packages/anypod/src';

/** What a file in each room may and may not import. `.` is the library itself, beside the rooms. */
const ROOMS: Record<string, { accepts: string[]; refuses: string[] }> = {
  core: {
    accepts: ['./session/session.ts'],
    refuses: ['node:crypto', '../pod/lifecycle/lease.ts', '../anypod.ts', 'zod', 'lru-cache'],
  },
  'core/json': { accepts: ['../call-context.ts', './json-rpc.ts'], refuses: ['node:crypto', '../../pod/pod.ts'] },
  'core/session': { accepts: ['../json/json-rpc.ts'], refuses: ['zod', '../../mcp/sdk/sdk.ts'] },
  'core/state': { accepts: ['../store/state-store.ts'], refuses: ['lru-cache', '../../redis/index.ts'] },
  'core/store': { accepts: ['../task/task.ts'], refuses: ['ioredis', '../../memory/index.ts'] },
  'core/task': { accepts: ['../caller.ts'], refuses: ['../../tasks/task-room.ts', 'node:crypto'] },
  memory: {
    accepts: ['../core/store.ts', 'node:crypto'],
    refuses: ['../redis/keys.ts', '../pod/lifecycle/lease.ts', 'ioredis'],
  },
  redis: { accepts: ['../core/store.ts'], refuses: ['ioredis', '../memory/index.ts', '../http/statuses.ts'] },
  'mcp/internals': { accepts: ['../../core/session.ts'], refuses: ['../sdk/sdk.ts', '@modelcontextprotocol/server'] },
  'mcp/sdk': {
    accepts: ['../internals/protocol.ts', '@modelcontextprotocol/server'],
    refuses: ['../../pod/lifecycle/lease.ts', '../../signing/signer.ts', '../legacy/legacy-host.ts'],
  },
  'mcp/legacy': { accepts: ['../sdk/sdk.ts'], refuses: ['../modern/modern-handler.ts', '../../http/endpoint.ts'] },
  'mcp/guest': { accepts: ['../sdk/sdk.ts'], refuses: ['../parked/parking.ts', '../modern/modern-handler.ts'] },
  'mcp/parked': {
    accepts: ['../sdk/sdk.ts', '../retry/lasting-writes.ts'],
    refuses: ['../guest/facade.ts', '../modern/modern-handler.ts'],
  },
  'mcp/retry': {
    accepts: ['../../core/call-store.ts'],
    refuses: ['../modern/modern-handler.ts', '../legacy/legacy-host.ts'],
  },
  'mcp/modern': {
    accepts: ['../sdk/sdk.ts', '../retry/retry-guard.ts', '../guest/facade.ts', '../parked/parking.ts'],
    refuses: ['../legacy/legacy-host.ts'],
  },
  auth: {
    accepts: ['../core/gate.ts', 'jose', 'lru-cache', 'node:crypto'],
    refuses: ['../http/refusal.ts', '../signing/signer.ts', 'node:http'],
  },
  signing: { accepts: ['../core/signer.ts', 'node:crypto'], refuses: ['node:fs', '../redis/keys.ts'] },
  telemetry: {
    accepts: ['../core/meter.ts', '@opentelemetry/api'],
    refuses: ['@opentelemetry/sdk-metrics', '../pod/lifecycle/lease.ts', 'node:http'],
  },
  client: {
    accepts: ['../core/json-rpc.ts', 'eventsource-parser', 'node:crypto'],
    refuses: ['@modelcontextprotocol/client', '../serve/config.ts', '../memory/index.ts'],
  },
  stdio: {
    accepts: ['../core/json-rpc.ts', '../client/surviving-fetch.ts', '@modelcontextprotocol/client', 'node:readline'],
    refuses: ['../serve/config.ts', '@modelcontextprotocol/server', '../http/endpoint.ts'],
  },
  login: {
    accepts: ['@modelcontextprotocol/client', 'node:http'],
    refuses: ['../core/json-rpc.ts', '../stdio/bridge.ts', '../serve/config.ts', 'jose'],
  },
  testing: { accepts: ['../core/store.ts', 'node:assert/strict'], refuses: ['vitest', '../memory/index.ts'] },
  pod: {
    accepts: ['../core/store.ts', './requests/post-handler.ts'],
    refuses: ['../http/statuses.ts', '../redis/index.ts', 'node:http', '@opentelemetry/api'],
  },
  'pod/context': { accepts: ['../../core/store.ts'], refuses: ['../streams/exchange.ts', '../../redis/index.ts'] },
  'pod/streams': {
    accepts: ['../context/context.ts'],
    refuses: ['../sessions/live-session.ts', '../pod.ts', 'node:http'],
  },
  'pod/sessions': {
    accepts: ['../streams/exchange.ts', 'lru-cache'],
    refuses: ['../peers/orphans.ts', '../../mcp/sdk/sdk.ts'],
  },
  'pod/peers': {
    accepts: ['../sessions/live-session.ts'],
    refuses: ['../requests/post-handler.ts', '../lifecycle/drain.ts'],
  },
  'pod/requests': { accepts: ['../peers/inbox-handler.ts'], refuses: ['../lifecycle/drain.ts', '../pod.ts'] },
  'pod/lifecycle': {
    accepts: ['../peers/inbox-handler.ts', 'node:process'],
    refuses: ['../requests/post-handler.ts', 'node:http'],
  },
  tasks: {
    accepts: ['../core/task-store.ts', '../pod/context/background.ts', './engine/engine.ts', 'node:crypto'],
    refuses: ['../pod/pod.ts', '../mcp/sdk/sdk.ts', '../redis/index.ts', 'node:http'],
  },
  'tasks/modern': {
    accepts: ['../engine/engine.ts', '../owner.ts', '../../core/reply.ts'],
    refuses: ['../session/views.ts', '../../mcp/sdk/sdk.ts', '../../pod/pod.ts'],
  },
  'tasks/session': { accepts: ['../engine/engine.ts'], refuses: ['../modern/views.ts', '../../redis/index.ts'] },
  'tasks/engine': {
    accepts: ['../../pod/context/store-retry.ts'],
    refuses: ['../modern/views.ts', '../../http/sse.ts'],
  },
  'http/reply': {
    accepts: ['../../core/reply.ts', 'node:http'],
    refuses: ['../request/messages.ts', '../endpoint.ts'],
  },
  'http/request': { accepts: ['../reply/refusal.ts', 'negotiator'], refuses: ['../limits/limits.ts', '../door.ts'] },
  'http/limits': { accepts: ['../request/incoming.ts', '../reply/refusal.ts'], refuses: ['../door.ts', 'negotiator'] },
  'redis/client': { accepts: ['../scripts.generated.ts', '../../core/store.ts'], refuses: ['../keys.ts', 'ioredis'] },
  'redis/calls': { accepts: ['../client/commands.ts', '../keys.ts'], refuses: ['../tasks/task-store.ts', 'ioredis'] },
  'redis/sessions': { accepts: ['../client/commands.ts', '../keys.ts'], refuses: ['../pods/inbox.ts', '../index.ts'] },
  'redis/tasks': {
    accepts: ['../client/commands.ts', '../keys.ts'],
    refuses: ['../sessions/quotas.ts', '../index.ts'],
  },
  'redis/pods': { accepts: ['../client/reader.ts', '../keys.ts'], refuses: ['../calls/event-log.ts', '../index.ts'] },
  'redis/inspection': {
    accepts: ['../tasks/task-list.ts', '../keys.ts'],
    refuses: ['../calls/event-log.ts', '../index.ts'],
  },
  'cli/process': { accepts: ['../../serve/serve.ts', 'pino'], refuses: ['../log/create-log.ts', '../run-cli.ts'] },
  'cli/log': {
    accepts: ['../process/lossy-stream.ts', 'pino-pretty'],
    refuses: ['../inspect/table.ts', '../run-cli.ts'],
  },
  'cli/inspect': {
    accepts: ['../../probe/target.ts', '../../serve/serve.ts'],
    refuses: ['../log/create-log.ts', 'ioredis'],
  },
  'cli/commands': {
    accepts: ['../process/leaving.ts', '../inspect/table.ts', '../../doctor/diagnose.ts'],
    refuses: ['../commands.ts', '../run-cli.ts', '../../redis/index.ts'],
  },
  http: {
    accepts: ['../core/reply.ts', '../pod/lifecycle/lease.ts', 'node:http', 'negotiator'],
    refuses: [
      '../serve/config.ts',
      '../mcp/sdk/sdk.ts',
      'express',
      '@modelcontextprotocol/server',
      '../telemetry/names.ts',
    ],
  },
  '.': { accepts: ['./http/index.ts', './mcp/sdk/sdk.ts'], refuses: ['./serve/serve.ts', './cli/main.ts', 'ioredis'] },
  serverless: {
    accepts: ['../anypod.ts', '../http/refusal.ts', 'node:crypto'],
    refuses: ['../redis/index.ts', '../serve/config.ts', 'ioredis'],
  },
  serve: { accepts: ['../anypod.ts', '../redis/index.ts', 'ioredis'], refuses: ['../cli/main.ts', 'fastify'] },
  'serve/settings': { accepts: ['../../core/log.ts', 'zod'], refuses: ['../store/open-store.ts', 'ioredis'] },
  'serve/store': { accepts: ['../settings/config.ts', 'ioredis'], refuses: ['../operators/admin-port.ts', 'express'] },
  'serve/operators': { accepts: ['../store/open-store.ts', 'express'], refuses: ['../serve.ts', 'ioredis'] },
  probe: { accepts: ['../core/json-rpc.ts', 'node:http'], refuses: ['../http/sse.ts', '../serve/config.ts', 'zod'] },
  call: { accepts: ['@modelcontextprotocol/client'], refuses: ['../serve/config.ts', '@modelcontextprotocol/server'] },
  doctor: { accepts: ['../probe/request.ts', 'node:crypto'], refuses: ['../http/sse.ts', '../stdio/bridge.ts', 'zod'] },
  'doctor/smoke': {
    accepts: ['../finding.ts', '../../probe/request.ts'],
    refuses: ['../diagnose.ts', '../../http/sse.ts'],
  },
  dev: { accepts: ['../core/store.ts', '../memory/index.ts', 'node:child_process'], refuses: ['../serve/serve.ts'] },
  cli: {
    accepts: ['../serve/serve.ts', '../probe/target.ts', '../dev/front.ts'],
    refuses: ['../redis/index.ts', 'ioredis', '../anypod.ts'],
  },
  '../../create-anypod/src': {
    accepts: ['./choices.ts', 'node:fs', '@clack/prompts'],
    refuses: ['anypod', '../../anypod/src/core/errors.ts', '@modelcontextprotocol/server'],
  },
  '../../create-anypod/src/init': { accepts: ['../usage-error.ts', 'acorn'], refuses: ['anypod', '@clack/prompts'] },
};

const fileIn = (room: string, name: string) => normalize(`${source}/${room}/${name}.ts`);

const cases = Object.entries(ROOMS).flatMap(([room, { accepts, refuses }]) => [
  ...accepts.map((module, index) => ({ room, module, refused: false, file: fileIn(room, `accepted-${index}`) })),
  ...refuses.map((module, index) => ({ room, module, refused: true, file: fileIn(room, `refused-${index}`) })),
]);

let workspace: string;
let refusals: string;

beforeAll(() => {
  workspace = mkdtempSync(join(tmpdir(), 'anypod-layers-'));
  cpSync(join(root, 'biome.json'), join(workspace, 'biome.json'));
  for (const { file, module } of cases) {
    mkdirSync(dirname(join(workspace, file)), { recursive: true });
    writeFileSync(join(workspace, file), `import * as it from '${module}';\n\nexport const used: unknown = it;\n`);
  }
  // Two files that import each other, one of them only for a type.
  writeFileSync(
    join(workspace, source, 'core/circle-one.ts'),
    "import type { Two } from './circle-two.ts';\n\nexport type One = Two;\n",
  );
  writeFileSync(
    join(workspace, source, 'core/circle-two.ts'),
    "import type { One } from './circle-one.ts';\n\nexport interface Two {\n  readonly one?: One;\n}\n",
  );
  // A room's own rules on globals, in the same run.
  writeFileSync(join(workspace, source, 'http/environment.ts'), "export const port = process.env['PORT'];\n");
  refusals = lint();
});

afterAll(() => rmSync(workspace, { recursive: true, force: true }));

/** One line per diagnostic: file and rule. */
function lint(): string {
  const command = join(root, 'node_modules/.bin/biome');
  const options = ['lint', '--vcs-enabled=false', '--reporter=github', '--max-diagnostics=none', '.'];
  try {
    return execFileSync(command, options, { cwd: workspace, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

function rulesFor(file: string): string[] {
  const lines = refusals.split('\n').filter((line) => line.includes(file));
  return lines.map((line) => /title=([^,]+)/.exec(line)?.[1] ?? line);
}

test.each(cases)('$room importing $module: refused $refused', ({ file, refused }) => {
  expect(rulesFor(file)).toEqual(refused ? ['lint/style/noRestrictedImports'] : []);
});

test('the environment is out of reach below serve', () => {
  expect(rulesFor(`${source}/http/environment.ts`)).toContain('lint/style/noProcessEnv');
});

test('no circle of imports, not even of types', () => {
  expect(rulesFor(`${source}/core/circle-one.ts`)).toContain('lint/suspicious/noImportCycles');
});

/** The rooms that have inner rooms. */
const DIVIDED = ['core', 'pod', 'mcp', 'tasks', 'serve', 'redis', 'http', 'doctor', 'cli'];
/** Folders of these rooms that hold no modules. */
const NO_ROOMS = ['redis/scripts'];

test('every room has a rule', () => {
  const inner = DIVIDED.flatMap((room) => foldersIn(room).map((name) => `${room}/${name}`));
  const rooms = [...foldersIn('.'), ...inner].filter((room) => room !== 'mcp' && !NO_ROOMS.includes(room));
  expect(Object.keys(ROOMS)).toEqual(expect.arrayContaining(rooms));
});

function foldersIn(room: string): string[] {
  const entries = readdirSync(join(root, source, room), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}
