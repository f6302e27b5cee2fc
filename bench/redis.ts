import { execFileSync } from 'node:child_process';
import { startRedis } from '../test/lib/redis-server.ts';

/** The Redis of a run, on the core of the process that started it. */
export interface BenchRedis {
  readonly url: string;
  /** Bytes that it uses, without the buffers of its connections. */
  usedMemory(): number;
  stop(): Promise<void>;
}

export async function startBenchRedis(): Promise<BenchRedis> {
  const { url, port, stop } = await startRedis();
  return {
    url,
    usedMemory() {
      const info = execFileSync('redis-cli', ['-p', `${port}`, 'info', 'memory'], { encoding: 'utf8' });
      const field = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1]);
      return field('used_memory') - field('mem_clients_normal');
    },
    stop,
  };
}
