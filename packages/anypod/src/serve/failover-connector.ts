import type { RedisOptions, SentinelConnector } from 'ioredis';

type Connect = SentinelConnector['connect'];

/**
 * ioredis's connector for Sentinel, which forgets the failover detector of its last connection before it makes the next. A failover
 * that such a detector reports meanwhile would break off the new attempt, and ioredis takes an attempt that is broken off for the end.
 */
export function createFailoverConnector(Connector: typeof SentinelConnector): NonNullable<RedisOptions['Connector']> {
  class FailoverConnector extends Connector {
    override connect(...args: Parameters<Connect>): ReturnType<Connect> {
      const { failoverDetector } = this as unknown as { failoverDetector: { cleanup(): void } | null };
      failoverDetector?.cleanup();
      return super.connect(...args);
    }
  }
  return FailoverConnector as NonNullable<RedisOptions['Connector']>;
}
