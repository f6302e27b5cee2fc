/** Proves that the layer rules in biome.json bite: each room gets a file with forbidden imports, and biome must refuse each. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const source = 'packages/anypod/src';

/** What a file in each room may and may not import. `.` is the library itself, beside the rooms. */
const ROOMS: Record<string, { accepts: string[]; refuses: string[] }> = {
  core: { accepts: ['./session.ts'], refuses: ['node:crypto', '../pod/lease.ts', '../anypod.ts', 'zod', 'lru-cache'] },
  memory: { accepts: ['../core/store.ts', 'node:crypto'], refuses: ['../redis/keys.ts', '../pod/lease.ts', 'ioredis'] },
  redis: { accepts: ['../core/store.ts'], refuses: ['ioredis', '../memory/index.ts', '../http/statuses.ts'] },
  mcp: {
    accepts: ['../core/session.ts', '@modelcontextprotocol/server'],
    refuses: ['../pod/lease.ts', '../signing/signer.ts'],
  },
  signing: { accepts: ['../core/signer.ts', 'node:crypto'], refuses: ['node:fs', '../redis/keys.ts'] },
  telemetry: {
    accepts: ['../core/meter.ts', '@opentelemetry/api'],
    refuses: ['@opentelemetry/sdk-metrics', '../pod/lease.ts', 'node:http'],
  },
  testing: { accepts: ['../core/store.ts', 'node:assert/strict'], refuses: ['vitest', '../memory/index.ts'] },
  pod: {
    accepts: ['../core/store.ts'],
    refuses: ['../http/statuses.ts', '../redis/index.ts', 'node:http', '@opentelemetry/api'],
  },
  http: {
    accepts: ['../core/reply.ts', '../pod/lease.ts', 'node:http', 'negotiator'],
    refuses: [
      '../serve/config.ts',
      '../mcp/sdk.ts',
      'express',
      '@modelcontextprotocol/server',
      '../telemetry/names.ts',
    ],
  },
  '.': { accepts: ['./http/index.ts', './mcp/sdk.ts'], refuses: ['./serve/serve.ts', './cli/main.ts', 'ioredis'] },
  serve: { accepts: ['../anypod.ts', '../redis/index.ts', 'ioredis'], refuses: ['../cli/main.ts', 'fastify'] },
  check: { accepts: ['../core/json-rpc.ts', 'node:http'], refuses: ['../http/sse.ts', '../serve/config.ts', 'zod'] },
  cli: {
    accepts: ['../serve/serve.ts', '../check/check.ts'],
    refuses: ['../redis/index.ts', 'ioredis', '../anypod.ts'],
  },
};

const cases = Object.entries(ROOMS).flatMap(([room, { accepts, refuses }]) => [
  ...accepts.map((module, index) => ({ room, module, refused: false, file: `${source}/${room}/accepted-${index}.ts` })),
  ...refuses.map((module, index) => ({ room, module, refused: true, file: `${source}/${room}/refused-${index}.ts` })),
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
  const lines = refusals.split('\n').filter((line) => line.includes(file.replace('/./', '/')));
  return lines.map((line) => /title=([^,]+)/.exec(line)?.[1] ?? line);
}

test.each(cases)('$room importing $module: refused $refused', ({ file, refused }) => {
  expect(rulesFor(file)).toEqual(refused ? ['lint/style/noRestrictedImports'] : []);
});

test('the environment is out of reach below serve', () => {
  expect(rulesFor(`${source}/http/environment.ts`)).toContain('lint/style/noProcessEnv');
});

test('every room has a rule', () => {
  const rooms = readdirSync(join(root, source), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(Object.keys(ROOMS)).toEqual(expect.arrayContaining(rooms.map((entry) => entry.name)));
});
