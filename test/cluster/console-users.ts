import { readFile } from 'node:fs/promises';
import { Redis } from 'ioredis';

/** Makes the Redis users of docs/redis.md, and returns the variables with which a console uses them. */
export async function consoleUsers(url: string): Promise<Record<string, string>> {
  const page = await readFile(new URL('../../docs/redis.md', import.meta.url), 'utf8');
  const client = new Redis(url);
  for (const [, user = '', rules = ''] of page.matchAll(/ACL SETUSER (console\S*) on '>change-me' ([^`]+)/g)) {
    const words = rules.split(/[\s\\']+/).filter((word) => word !== '');
    await client.call('ACL', 'SETUSER', user, 'on', '>change-me', ...words);
  }
  client.disconnect();
  return {
    REDIS_URL: url,
    REDIS_USERNAME: 'console',
    REDIS_PASSWORD: 'change-me',
    ANYPOD_CONSOLE_OPERATOR_REDIS_USERNAME: 'console-operator',
    ANYPOD_CONSOLE_OPERATOR_REDIS_PASSWORD: 'change-me',
  };
}
