import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { describe, expect, it } from 'vitest';
import { startChild } from '../lib/child.ts';
import { connect, ERAS, example, usePods } from './pods.ts';

describe('examples/customer-tools on two pods', () => {
  const pods = usePods('customer-tools/server.ts', 2, () => ({ ARCHIVE_MONTH_MS: '150' }));

  it.each([
    ['legacy', '2025-11-25', 'cus-0042'],
    ['modern', '2026-07-28', 'cus-0043'],
    ['auto', '2026-07-28', 'cus-0044'],
  ])('does for examples/client what its README says (%s) [modern.serve.any-pod]', async (era, version, customer) => {
    const client = startChild(process.execPath, [
      example('client/client.ts'),
      pods.url,
      '--era',
      era,
      '--yes',
      '--years',
      '1',
      '--customer',
      customer,
    ]);
    await expect(client.exited).resolves.toEqual({ code: 0, signal: null });
    const lines = client.logs().split('\n');
    expect(lines).toContain(`connected to customer-tools, protocol ${version}`);
    expect(lines).toContain('tools: lookup_customer, generate_report, growth_report, close_account');
    expect(lines).toContain('progress: 365 of 365 days');
    const growth = lines.filter((line) => line.startsWith('growth: '));
    expect(growth.at(0)).toBe('growth: began as a task');
    expect(growth).toContainEqual(expect.stringMatching(/^growth: \[#+\.+\] \d+ of 12 months$/));
    expect(growth.at(-1)).toBe('growth: 191 customers joined from 2024-01 to 2024-12.');
    expect(lines).toContain('answered: yes');
    expect(lines.filter((line) => /^(customer|question|answer): /.test(line))).toEqual([
      expect.stringContaining('customer@example.com'),
      expect.stringContaining('for good?'),
      expect.stringContaining('is closed.'),
    ]);
  });
});

describe('examples/sdk-v1 on two pods', () => {
  const pods = usePods('sdk-v1/server.ts');

  it('answers a client of the 2025 era [legacy.rehydrate.negotiated]', async () => {
    const client = new Client({ name: 'test', version: '1' });
    const transport = new StreamableHTTPClientTransport(new URL(pods.url));
    await client.connect(transport);
    for (const name of ['Ada', 'Bo', 'Chidi']) {
      const { content } = await client.callTool({ name: 'greet', arguments: { name } });
      expect(content).toEqual([{ type: 'text', text: `Hello, ${name}!` }]);
    }
    await transport.terminateSession();
    await client.close();
  });
});

describe('examples/basket on three pods', () => {
  const pods = usePods('basket/server.ts', 3);

  it.each(ERAS)('fills a basket over three calls on three pods (%s) [state.handles]', async (_era, mode) => {
    const { client, call } = await connect(pods.url, mode);
    const basket = await call('create_basket');
    for (const [index, item] of ['apples', 'pears', 'plums'].entries()) {
      expect(await call('add_item', { basket, item })).toBe(`The basket has ${index + 1} items.`);
    }
    expect(await call('show_basket', { basket })).toBe('apples, pears, plums');
    expect(await call('show_basket', { basket: 'another' })).toContain('There is no basket another.');
    await client.close();
  });
});
