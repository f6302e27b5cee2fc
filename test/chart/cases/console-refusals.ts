import type { Refusal } from './refusal.ts';

const ON = { 'console.enabled': true };
const OPERATORS = { ...ON, 'console.operatorPasswordKey': 'operator' };

export const CONSOLE_REFUSALS: readonly Refusal[] = [
  {
    values: { ...ON, 'console.passwordKey': 'one', 'console.operatorPasswordKey': 'one' },
    sentence:
      'console.passwordKey and operatorPasswordKey name the same key, so everybody would be an operator: use two keys.',
  },
  {
    values: { ...ON, 'console.redis.existingSecret': 'users', 'console.redis.operatorUsernameKey': 'name' },
    sentence:
      'console.redis names a Redis user for operators, but there are none: set console.operatorPasswordKey, or remove operatorUsernameKey and operatorPasswordKey.',
  },
  {
    values: { ...OPERATORS, 'console.redis.existingSecret': 'users' },
    sentence:
      'console.operatorPasswordKey is set, but the Redis user of console.redis.existingSecret only looks, so Redis would refuse what operators do: set console.redis.operatorUsernameKey and operatorPasswordKey.',
  },
  {
    values: { ...OPERATORS, 'console.redis.operatorUsernameKey': 'name' },
    sentence: 'console.redis names keys of a Secret, but no Secret: set console.redis.existingSecret.',
  },
  {
    values: { ...ON, 'redis.enabled': false, 'externalRedis.host': 'redis.example.com' },
    sentence:
      'The console has no Redis user of its own: make the users of docs/redis.md, and set console.redis.existingSecret to a Secret with their names and passwords.',
  },
  {
    values: { ...ON, 'redis.auth.existingSecret': 'given' },
    sentence:
      'The chart generates no passwords for Redis, because redis.auth.existingSecret is set: set console.redis.existingSecret to a Secret with a name and a password for the console; Redis makes the user of that name.',
  },
];
