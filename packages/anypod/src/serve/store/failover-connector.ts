import type { RedisOptions, SentinelConnector } from 'ioredis';

type Connect = SentinelConnector['connect'];

/**
 * ioredis's connector for Sentinel, with one change: it removes the failover detector of its last connection before it makes the next one. Otherwise a
 * failover that the old detector reports would interrupt the new attempt. After an interrupted attempt ioredis does not try again.
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
