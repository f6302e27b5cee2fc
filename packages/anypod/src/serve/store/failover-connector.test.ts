import { SentinelConnector } from 'ioredis';
import { expect, it, vi } from 'vitest';
import { createFailoverConnector } from './failover-connector.ts';

it('removes the detector of the last connection before it makes the next', async () => {
  const order: string[] = [];
  vi.spyOn(SentinelConnector.prototype, 'connect').mockImplementation(async () => {
    order.push('connect');
    throw new Error('not in a test');
  });
  const Connector = createFailoverConnector(SentinelConnector);
  const connector = new Connector({ sentinels: [{ host: 'h' }], name: 'main' });
  await expect(connector.connect(() => undefined)).rejects.toThrow('not in a test');
  Object.assign(connector, { failoverDetector: { cleanup: () => order.push('cleanup') } });
  await expect(connector.connect(() => undefined)).rejects.toThrow('not in a test');
  expect(order).toEqual(['connect', 'cleanup', 'connect']);
});
