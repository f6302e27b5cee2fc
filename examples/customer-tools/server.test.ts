import { setImmediate } from 'node:timers/promises';
import {
  Client,
  type ElicitResult,
  InMemoryTransport,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client';
import { createMcpHandler } from '@modelcontextprotocol/server';
import { describe, expect, it, vi } from 'vitest';
import createServer from './server.ts';

vi.hoisted(() => {
  process.env['ARCHIVE_MONTH_MS'] = '1';
});

type Era = 'legacy' | 'modern';
interface Asking {
  readonly questions: string[];
  readonly answer: ElicitResult;
}

const YES: ElicitResult = { action: 'accept', content: { confirm: true } };
const YEAR = { startDate: '2025-01-01', endDate: '2025-12-31' };

/** The official client in front of the server, in one process. */
async function connect(era: Era, { questions, answer }: Asking = { questions: [], answer: YES }): Promise<Client> {
  const mode = era === 'legacy' ? 'legacy' : { pin: '2026-07-28' };
  const client = new Client(
    { name: 'test', version: '1' },
    { capabilities: { elicitation: { form: {} } }, versionNegotiation: { mode } },
  );
  client.setRequestHandler('elicitation/create', ({ params }) => {
    questions.push(params.message);
    return answer;
  });
  if (era === 'modern') {
    const handler = createMcpHandler(createServer, { legacy: 'reject' });
    const fetch = (url: string | URL, init?: RequestInit) => handler.fetch(new Request(url, init));
    await client.connect(new StreamableHTTPClientTransport(new URL('http://localhost/mcp'), { fetch }));
  } else {
    const [near, far] = InMemoryTransport.createLinkedPair();
    await createServer().connect(far);
    await client.connect(near);
  }
  return client;
}

async function call(client: Client, name: string, args: Record<string, unknown>) {
  const { content, structuredContent, isError } = await client.callTool({ name, arguments: args });
  const [first] = content;
  return { text: first?.type === 'text' ? first.text : '', data: structuredContent, isError: isError ?? false };
}

describe.each<Era>(['legacy', 'modern'])('customer tools for a %s client', (era) => {
  it('finds a customer', async () => {
    const { text, data } = await call(await connect(era), 'lookup_customer', { email: 'Customer@Example.com' });
    expect(data).toMatchObject({ id: 'cus-0001', email: 'customer@example.com', status: 'active' });
    expect(text).toContain('customer@example.com');
  });

  it.each([
    ['lookup_customer', { email: 'nobody@example.com' }, 'There is no customer with the email nobody@example.com'],
    ['lookup_customer', { email: 'nobody' }, 'such as customer@example.com'],
    ['generate_report', { startDate: '2025-02-01', endDate: '2025-01-01' }, 'Swap them'],
    ['generate_report', { startDate: '2020-01-01', endDate: '2025-01-01' }, '366 days at most'],
    ['growth_report', { years: 6 }, 'years'],
    ['generate_report', { startDate: 'May', endDate: '2025-01-01' }, 'YYYY-MM-DD'],
  ])('says what is wrong with %s %j', async (name, args, message) => {
    const { text, isError } = await call(await connect(era), name, args);
    expect(isError).toBe(true);
    expect(text).toContain(message);
  });

  it('adds up all events, and tells how far it is', async () => {
    const client = await connect(era);
    const seen: number[] = [];
    const request = { name: 'generate_report', arguments: { ...YEAR, format: 'detailed' } };
    const { structuredContent } = await client.callTool(request, { onprogress: ({ progress }) => seen.push(progress) });
    const report = structuredContent as { total: { events: number }; byDay: unknown[]; topCustomers: unknown[] };
    expect(report.total.events).toBe(100_000);
    expect([report.byDay.length, report.topCustomers.length]).toEqual([365, 10]);
    expect(seen.at(-1)).toBe(365);
    expect(seen.length).toBeGreaterThan(10);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  });

  it('counts all customers that joined in five years', async () => {
    const { text, data } = await call(await connect(era), 'growth_report', {});
    expect(text).toBe('1000 customers joined from 2020-01 to 2024-12.');
    expect((data as { months: unknown[] }).months).toHaveLength(60);
  });

  it('closes an account once, after the user has confirmed', async () => {
    const asking = { questions: [] as string[], answer: YES };
    const client = await connect(era, asking);
    const account = JSON.parse(await read(client, era === 'legacy' ? 'customer://cus-0010' : 'customer://cus-0011'));
    const { email } = account as { email: string };
    expect(await call(client, 'close_account', { email })).toMatchObject({
      text: expect.stringContaining('is closed'),
    });
    expect(asking.questions).toEqual([expect.stringContaining(email)]);
    await call(client, 'close_account', { email });
    expect(asking.questions).toHaveLength(1);
  });

  it.each([{ action: 'decline' } as const, { action: 'accept', content: { confirm: false } } as const])(
    'leaves the account open after %j',
    async (answer) => {
      const client = await connect(era, { questions: [], answer });
      const { text } = await call(client, 'close_account', { email: 'customer@example.com' });
      expect(text).toContain('stays open');
      const { data } = await call(client, 'lookup_customer', { email: 'customer@example.com' });
      expect(data).toMatchObject({ status: 'active' });
    },
  );

  it('offers customers as resources, completes ids and emails, and has a prompt', async () => {
    const client = await connect(era);
    expect((await client.listResources()).resources).toHaveLength(100);
    const ref = { type: 'ref/resource' as const, uri: 'customer://{id}' };
    const ids = await client.complete({ ref, argument: { name: 'id', value: 'cus-099' } });
    expect(ids.completion.values).toHaveLength(10);
    const prompt = { type: 'ref/prompt' as const, name: 'review_account' };
    const emails = await client.complete({ ref: prompt, argument: { name: 'email', value: 'customer@' } });
    expect(emails.completion.values).toEqual(['customer@example.com']);
    const { messages } = await client.getPrompt({
      name: 'review_account',
      arguments: { email: 'customer@example.com' },
    });
    expect(JSON.stringify(messages)).toContain('cus-0001');
    await expect(client.readResource({ uri: 'customer://nobody' })).rejects.toMatchObject({ code: -32602 });
  });
});

it('lets the process do other things between the days of a report', async () => {
  const client = await connect('legacy');
  let turns = 0;
  let done = false;
  const report = call(client, 'generate_report', YEAR).finally(() => {
    done = true;
  });
  while (!done) {
    await setImmediate();
    turns += 1;
  }
  await report;
  expect(turns).toBeGreaterThanOrEqual(365);
});

async function read(client: Client, uri: string): Promise<string> {
  const [first] = (await client.readResource({ uri })).contents;
  return first && 'text' in first ? first.text : '';
}
