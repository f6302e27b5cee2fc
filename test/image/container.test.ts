import { afterEach, describe, expect, test } from 'vitest';
import { messagesOf, openSession, textOf } from '../cluster/wire.ts';
import { type AnypodContainer, type AnypodOptions, runToEnd, startAnypod } from './containers.ts';

const MIB = 1024 * 1024;
const LONG_MS = '60000';

let running: AnypodContainer[] = [];

afterEach(async () => {
  await Promise.all(running.map((container) => container.remove()));
  running = [];
});

async function start(options: AnypodOptions = {}): Promise<AnypodContainer> {
  const container = await startAnypod(options);
  running.push(container);
  return container;
}

describe('a container without options', () => {
  test('serves the example on a read-only file system, without capabilities [image.strict]', async () => {
    const container = await start();
    const session = await openSession(container.url);
    const [answer] = await messagesOf(
      await session.call(container.url, 1, 'lookup_customer', { email: 'customer@example.com' }),
    );
    expect(textOf(answer)).toContain('customer@example.com');
    const status = String(await container.evaluate("require('node:fs').readFileSync('/proc/1/status', 'utf8')"));
    expect(status).toMatch(/^Uid:\s+1000\s+1000\s+1000\s+1000$/m);
    expect(status).toMatch(/^Gid:\s+1000\s+1000\s+1000\s+1000$/m);
    expect(status).toMatch(/^Cap(Prm|Eff|Bnd):\s+0+$/m);
    const write = "try { require('node:fs').writeFileSync('x', ''); return 'written' } catch (e) { return e.code }";
    expect(await container.evaluate(`(() => { ${write} })()`)).toBe('EROFS');
  });

  test('has no shell and no package manager [image.strict]', async () => {
    const container = await start();
    const programs = await container.evaluate("require('node:fs').readdirSync('/usr/local/bin')");
    expect(programs).toEqual(['node']);
    for (const folder of ['/bin', '/sbin', '/usr/bin', '/usr/sbin']) {
      expect(await container.evaluate(`require('node:fs').existsSync('${folder}')`), folder).toBe(false);
    }
  });

  test('looks up names, trusts public authorities and knows time zones', async () => {
    const container = await start();
    const lookup = 'require("node:dns").lookup("localhost", (e, a) => console.log(e?.code ?? a))';
    expect((await container.exec(['/usr/local/bin/node', '-e', lookup])).output.trim()).toMatch(/^(127\.0\.0\.1|::1)$/);
    const bundle = await container.evaluate(
      "require('node:fs').readFileSync('/etc/ssl/certs/ca-certificates.crt', 'utf8').split('BEGIN CERT').length",
    );
    expect(bundle).toBeGreaterThan(100);
    expect(await container.evaluate("require('node:fs').existsSync('/usr/share/zoneinfo/Europe/Berlin')")).toBe(true);
  });

  test('counts its requests on the port for metrics [image.strict]', async () => {
    const container = await start();
    await openSession(container.url);
    const metrics = await (await fetch(container.metricsUrl)).text();
    expect(metrics).toMatch(/^anypod_requests_total\{.*method="initialize".*\} 1$/m);
  });

  test('ends at once at the second SIGTERM [image.signals]', async () => {
    const container = await start({ env: { ANYPOD_DRAIN_DELAY: LONG_MS } });
    const ended = container.ended();
    await container.signal('SIGTERM');
    const readyz = new URL('/readyz', container.url);
    await expect.poll(async () => (await fetch(readyz)).status, { timeout: 5_000 }).toBe(503);
    await container.signal('SIGTERM');
    expect(await ended).toMatchObject({ code: 1 });
  });
});

describe('the heap', () => {
  test.each([192, 256, 512])('stays below a memory limit of %i MiB [image.heap]', async (memoryMiB) => {
    const container = await start({ memoryMiB });
    const limit = Number(await container.evaluate("require('node:v8').getHeapStatistics().heap_size_limit"));
    expect(limit / MIB).toBeGreaterThan(memoryMiB * 0.55);
    expect(limit / MIB).toBeLessThan(memoryMiB * 0.7);
  });
});

describe('wrong configuration', () => {
  test('ends the container with exit code 2 and names all problems [image.configuration]', async () => {
    const { code, output } = await runToEnd({
      env: { PORT: 'abc', ANYPOD_LEASE: '1', REDIS_URL: 'redis://redis:6379' },
    });
    expect(code).toBe(2);
    for (const name of ['PORT', 'ANYPOD_LEASE', 'ANYPOD_SECRET']) expect(output).toContain(`${name}: `);
  });

  test('a module that is not there ends it too [image.configuration]', async () => {
    const { code, output } = await runToEnd({}, ['serve', 'not-there.ts']);
    expect(code).toBe(2);
    expect(output).toContain('there is no file not-there.ts');
  });
});
