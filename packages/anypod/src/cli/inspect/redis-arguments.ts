import { parseArgs } from 'node:util';
import { UsageError } from '../../probe/argument-values.ts';
import type { InspectionSettings } from '../../serve/operators/open-inspection.ts';
import { readSetting } from '../../serve/settings/config.ts';
import { REDIS_SETTINGS } from '../../serve/settings/redis-settings.ts';
import type { Setting } from '../../serve/settings/setting.ts';
import { SETTINGS } from '../../serve/settings/settings.ts';

/** How the pods reach their Redis, and the prefix of their keys: the same settings as theirs. */
const NAMES = new Set(['prefix', 'payloadKeys', ...REDIS_SETTINGS.map(({ name }) => name)]);
const USED = SETTINGS.filter(({ name }) => NAMES.has(name) && name !== 'redisReplicas');

/** What the commands that look into Redis have in common. */
export interface RedisArguments {
  readonly settings: InspectionSettings;
  readonly positionals: readonly string[];
  readonly json: boolean;
  /** The command's own flags. */
  readonly flags: Readonly<Record<string, string | boolean | undefined>>;
}

/** The lines of `--help` for these flags. */
export const REDIS_HELP: string = `  --redis <url>             The Redis of the pods (REDIS_URL); --prefix, --redis-username, … as for serve
  --json                    Print JSON`;

type Own = Readonly<Record<string, { readonly type: 'string' | 'boolean' }>>;

/** Reads arguments and environment. `own`: more flags. `more`: more settings. Throws `UsageError`, with every problem at once. */
export function readRedisArguments(
  command: string,
  argv: readonly string[],
  own: Own = {},
  more: readonly Setting[] = [],
): RedisArguments {
  const flagOf = ({ flag }: { flag: string }) => flag.slice(2);
  const all = [...USED, ...more];
  const shared = Object.fromEntries(all.map((setting) => [flagOf(setting), { type: 'string' as const }]));
  const { values, positionals } = parse(command, argv, { ...shared, ...own, json: { type: 'boolean' } });
  const problems: string[] = [];
  const wrong = new Set<string>();
  const settings: Record<string, unknown> = {};
  for (const setting of all) {
    const read = readSetting(setting, values[flagOf(setting)], process.env);
    if ('problem' in read) {
      problems.push(read.problem);
      wrong.add(setting.name);
    } else if (read.value !== undefined) settings[setting.name] = read.value;
  }
  if (settings['redis'] === undefined && !wrong.has('redis')) {
    problems.push('REDIS_URL: pass the Redis of the pods, or --redis. Pods without Redis share nothing to look at');
  }
  if (problems.length > 0) throw new UsageError(command, problems);
  return {
    settings: settings as unknown as RedisArguments['settings'],
    positionals,
    json: values['json'] === true,
    flags: values as RedisArguments['flags'],
  };
}

function parse(command: string, argv: readonly string[], options: Own) {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(command, [(error as Error).message]);
  }
}
