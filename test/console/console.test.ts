/** The console in Debian's Chromium, over three pods and Redis. With CONSOLE_DOCS=write it makes the pictures of docs/console.md. */

import { readFileSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type axe from 'axe-core';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ConsoleProcess, OPERATOR, startConsole } from '../cluster/console-process.ts';
import { consoleUsers } from '../cluster/console-users.ts';
import { FIXTURE } from '../cluster/deployment.ts';
import { type ServicePod, startServicePod } from '../cluster/service-pods.ts';
import { beginTask } from '../cluster/task-wire.ts';
import { messagesOf, openSession, type WireSession } from '../cluster/wire.ts';
import { type RedisServer, startRedis } from '../lib/redis-server.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const PROGRAM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const PICTURES = new URL(
  process.env['CONSOLE_DOCS'] === 'write' ? '../../docs/images/' : '../../test-results/console/',
  import.meta.url,
);
const MOST_BYTES = 100_000;
/** A limit for tests that hang, far above what anything takes. */
const PATIENCE_MS = 120_000;
const SIZES = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } } as const;
/** A picture of a whole desktop would be too large for the repository. */
const PICTURE = { ...SIZES, desktop: { width: 1024, height: 640 } };
const SCHEMES = ['light', 'dark'] as const;

let redis: RedisServer;
let pods: readonly ServicePod[] = [];
let console: ConsoleProcess;
let browser: Browser;
let session: WireSession;
let taskId: string;

const podAt = (index: number) => new URL(pods[index]?.url ?? '');
const short = (id: string) => id.slice(0, 14);

beforeAll(async () => {
  redis = await startRedis();
  const env = { ANYPOD_TASK_TOOLS: JSON.stringify({ wait_cancel: { mode: 'always' } }) };
  const options = { module: FIXTURE, redisUrl: redis.url, env };
  pods = await Promise.all([1, 2, 3].map(() => startServicePod(options)));
  console = await startConsole({
    ...(await consoleUsers(redis.url)),
    ANYPOD_CONSOLE_PODS: pods.map(({ metrics }) => metrics.slice('http://'.length)).join(),
  });
  for (const name of ['claude-code', 'cursor', 'inspector', '<script>alert(1)</script>']) {
    session = await openSession(podAt(0), { name });
  }
  session = await openSession(podAt(0), { name: 'claude-code' });
  await messagesOf(await session.call(podAt(0), 1, 'slow', { steps: 3, ms: 20 }, 'token'));
  await session.call(podAt(1), 2, 'ask_related', {});
  taskId = (await beginTask(podAt(2), 'wait_cancel', { key: 'in-a-browser' })).taskId;
  browser = await chromium.launch({ executablePath: PROGRAM, args: ['--no-sandbox'] });
  await mkdir(PICTURES, { recursive: true });
});

afterAll(async () => {
  await browser?.close();
  await console?.process.stop();
  await Promise.all(pods.map((pod) => pod.kill9()));
  await redis?.stop();
});

/** What a browser complains about: errors of scripts, and what the policy of the page forbids. */
const complaints: string[] = [];

async function open(look: Parameters<Browser['newContext']>[0] = {}): Promise<Page> {
  const context: BrowserContext = await browser.newContext({ baseURL: console.origin, ...look });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (line) => {
    if (line.type() === 'error' || line.type() === 'warning') complaints.push(line.text());
  });
  return page;
}

async function login(page: Page): Promise<void> {
  await page.goto('/login');
  await page.getByLabel('Password').fill(OPERATOR);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('heading', { name: 'Pods', level: 1 }).waitFor();
}

/** Runs axe's rules on the page as it is. */
async function violations(page: Page): Promise<unknown[]> {
  await page.evaluate(AXE);
  const { violations: found } = await page.evaluate(
    () => (globalThis as unknown as { axe: typeof axe }).axe.run() as Promise<axe.AxeResults>,
  );
  return found.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html, failureSummary }) => [html, failureSummary]) }));
}

const paths = () => ['/', '/sessions', `/sessions/${short(session.id)}`, '/tasks', `/tasks/${short(taskId)}`];

describe.each(Object.keys(SIZES) as (keyof typeof SIZES)[])('on a %s', (size) => {
  test.each(SCHEMES)(
    'in %s colours, axe finds nothing wrong, and nothing is wider than the screen [console.accessible]',
    async (colorScheme) => {
      const page = await open({ colorScheme, viewport: SIZES[size] });
      await page.goto('/login');
      expect(await violations(page)).toEqual([]);
      await login(page);
      for (const path of [...paths(), '/sessions/unknown', '/no-such-page']) {
        await page.goto(path);
        for (const closed of await page.locator('summary').all()) await closed.click();
        expect(await violations(page), path).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), path).toBeLessThanOrEqual(
          0,
        );
      }
      await page.context().close();
    },
  );
});

test('a page brings itself up to date, until its reader pauses it', async () => {
  const page = await open();
  await login(page);
  const inFlight = page.getByRole('img', { name: /^Requests in flight/ });
  // Two calls wait since the start: a question, and a task.
  await page.getByRole('img', { name: /^Requests in flight: now [1-9]/ }).waitFor();
  const answer = await session.call(podAt(1), 7, 'slow', { steps: 1000, ms: 100 }, 'token');
  await page.getByRole('img', { name: /^Requests in flight: now [2-9]/ }).waitFor();
  await page.getByRole('button', { name: 'Pause updates' }).click();
  const paused = await inFlight.getAttribute('aria-label');
  await answer.body?.cancel();
  await session.send(podAt(1), { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 7 } });
  await page.waitForTimeout(11_000);
  expect(await inFlight.getAttribute('aria-label')).toBe(paused);
  await page.getByRole('button', { name: 'Resume updates' }).click();
  await page.getByRole('img', { name: /^Requests in flight: now [01],/ }).waitFor();
  await page.context().close();
});

test('a screen reader finds its way [console.accessible]', async () => {
  const page = await open();
  await login(page);
  expect(await page.title()).toBe('Pods · anypod');
  for (const [role, name] of [
    ['navigation', 'Pages'],
    ['region', 'Load'],
    ['region', 'Table of pods'],
  ] as const) {
    expect(await page.getByRole(role, { name }).count()).toBe(1);
  }
  expect(await page.getByRole('link', { name: 'Pods' }).getAttribute('aria-current')).toBe('page');
  expect(await page.getByRole('columnheader', { name: 'Lease' }).count()).toBe(1);
  expect(await page.getByRole('rowheader').count()).toBe(3);
  await page.context().close();
});

test('pictures for the documentation', async () => {
  const shots = [
    ['desktop', 'light', '/'],
    ['desktop', 'dark', `/sessions/${short(session.id)}`],
    ['phone', 'light', '/'],
  ] as const;
  for (const [size, colorScheme, path] of shots) {
    const page = await open({ colorScheme, viewport: PICTURE[size] });
    await login(page);
    await page.goto(path);
    const file = fileURLToPath(new URL(`console-${size}-${colorScheme}.png`, PICTURES));
    await page.screenshot({ path: file });
    expect((await stat(file)).size).toBeLessThan(MOST_BYTES);
    await page.context().close();
  }
});

test('an operator with a keyboard logs in, ends a session, and logs out [console.accessible]', async () => {
  const page = await open();
  await page.goto(`/sessions/${short(session.id)}`);
  // The field has the focus. Typing is all.
  await page.keyboard.type(OPERATOR);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: `Session ${short(session.id)}` }).waitFor();

  const focused = () => page.evaluate(() => document.activeElement?.textContent ?? '');
  const tabTo = async (text: string) => {
    for (let pressed = 0; pressed < 40 && (await focused()) !== text; pressed += 1) await page.keyboard.press('Tab');
    expect(await focused()).toBe(text);
  };
  await page.keyboard.press('Tab');
  expect(await focused()).toBe('Skip to the page');
  await tabTo('End this session…');
  await page.keyboard.press('Enter');
  await tabTo('End this session');
  await page.keyboard.press('Enter');
  await page.getByRole('status').filter({ hasText: 'has ended.' }).waitFor();
  await page.goto('/');
  await tabTo('Log out');
  await page.keyboard.press('Enter');
  await page.getByLabel('Password').waitFor();
  await page.goto('/');
  expect(new URL(page.url()).pathname).toBe('/login');
  await page.context().close();
});

test('the browser had nothing to complain about [console.escapes]', () => {
  // It tells the status of pages that are not there, and of those for which Redis took too long on a busy machine.
  expect(complaints.filter((text) => !/status of (404|503)/.test(text))).toEqual([]);
});
