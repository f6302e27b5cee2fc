import { execFileSync } from 'node:child_process';
import { startRedis } from '../test/lib/redis-server.ts';

/** The Redis of a run, on the core of the process that started it. */
export interface BenchRedis {
  readonly url: string;
  /** Bytes that its data take. */
  usedMemory(): Promise<number>;
  stop(): Promise<void>;
}

export async function startBenchRedis(): Promise<BenchRedis> {
  const { url, port, stop } = await startRedis();
  return {
    url,
    async usedMemory() {
      const info = execFileSync('redis-cli', ['-p', `${port}`, 'info', 'memory'], { encoding: 'utf8' });
      return Number(/used_memory:(\d+)/.exec(info)?.[1]);
    },
    stop,
  };
}
