import type { Redis } from 'ioredis';

/** What Redis has allocated for what it stores. Bytes. */
export async function usedMemory(redis: Redis): Promise<number> {
  return fieldOf(await redis.info('memory'), 'used_memory');
}

/** A number of the answer to INFO. */
export function fieldOf(info: string, name: string): number {
  return Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1]);
}
