import { parseArgs } from 'node:util';
import type { TaskSettings } from '../../core/task/task-rule.ts';
import { LOOPBACK_NAMES } from '../../http/request/origin-guard.ts';
import { type AuthConfig, authFaults, hasTenants } from './auth-settings.ts';
import { type LimitConfig, limitFaults } from './limit-settings.ts';
import type { Setting } from './setting.ts';
import { type Environment, invisibleFault, textOf } from './setting-text.ts';
import { SETTINGS } from './settings.ts';

/** The configuration of `serve`, with one member per setting. */
export interface Config extends AuthConfig, LimitConfig {
  readonly module: string;
  readonly port: number;
  readonly host: string;
  readonly redis?: string;
  readonly redisUsername?: string;
  readonly redisPassword?: string;
  readonly sentinelUsername?: string;
  readonly sentinelPassword?: string;
  readonly redisTlsCa?: string;
  readonly redisTlsCert?: string;
  readonly redisTlsKey?: string;
  readonly redisReplicas: number;
  readonly secrets?: readonly string[];
  readonly payloadKeys?: readonly string[];
  readonly prefix: string;
  readonly path: string;
  readonly allowedHosts?: readonly string[];
  readonly allowedOrigins?: readonly string[];
  readonly sessionTtlMs: number;
  readonly upgradeAfterMs: number;
  readonly callTimeoutMs: number;
  readonly parkedCalls: number;
  readonly parkedTtlMs: number;
  readonly heartbeatMs: number;
  readonly keepAliveMs: number;
  readonly maxAgeMs: number;
  readonly listenMaxAgeMs: number;
  readonly retryMs: number;
  readonly streamRetentionMs: number;
  readonly streamEventLimit: number;
  readonly streamByteLimit: number;
  readonly standingRetentionMs: number;
  readonly standingLimit: number;
  readonly stateByteLimit: number;
  readonly handleTtlMs: number;
  readonly handleLimit: number;
  readonly anonymousHandleLimit: number;
  readonly leaseMs: number;
  readonly cacheBytes?: number;
  readonly legacySse: boolean;
  readonly factoryTimeoutMs: number;
  readonly onUnhandledRejection: 'log' | 'drain';
  readonly rerun: 'never' | 'read-only' | 'safe';
  readonly rerunLimit: number;
  readonly retryTools?: readonly string[];
  readonly taskTools?: Readonly<Record<string, TaskSettings>>;
  readonly taskConcurrency: number;
  readonly taskResultBytes: number;
  readonly taskLimit: number;
  readonly drainDelayMs: number;
  readonly drainTimeoutMs: number;
  readonly exitWithParent: 'npm' | 'always' | 'never';
  readonly errorsUrl?: string;
  readonly logLevel: string;
  readonly logFormat?: 'json' | 'pretty';
  readonly logRedact?: readonly string[];
  /** 0: there are no failure switches. */
  readonly gameDayPort: number;
  /** 0: operators cannot ask this pod. */
  readonly adminPort: number;
  readonly adminToken?: string;
}

/** Wrong configuration. It has all problems, each with the name of the setting, the fault and the remedy. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(['Cannot start:', ...problems.map((problem) => `  - ${problem}`)].join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

function flagName(setting: Setting): string {
  return setting.flag.slice(2);
}

type Arguments = { readonly values: Record<string, unknown>; readonly positionals: string[] };

function readArguments(argv: readonly string[], settings: readonly Setting[]): Arguments {
  const typeOf = ({ alone }: Setting) => (alone ? ('boolean' as const) : ('string' as const));
  const options = Object.fromEntries(settings.map((setting) => [flagName(setting), { type: typeOf(setting) }]));
  return parseArgs({ args: [...argv], options, allowPositionals: true, strict: false });
}

/** Reads the arguments after `serve`, and the environment. `more` are settings of the program that runs the pod. Throws `ConfigError`. */
export function readConfig(argv: readonly string[], env: Environment, more: readonly Setting[] = []): Config {
  const settings = [...SETTINGS, ...more];
  const { values, positionals } = readArguments(argv, settings);
  const known = new Set<string>(settings.map(flagName));
  const problems = Object.keys(values)
    .filter((flag) => !known.has(flag))
    .map((flag) => `--${flag}: unknown flag; anypod serve --help lists them`);
  if (positionals.length !== 1)
    problems.push('<module>: pass exactly one ES module whose default export builds your server');

  const config: Record<string, unknown> = { module: positionals[0] };
  for (const setting of settings) {
    const read = readSetting(setting, values[flagName(setting)], env);
    if ('problem' in read) problems.push(read.problem);
    else if (read.value !== undefined) config[setting.name] = read.value;
  }
  if (config['redis'] !== undefined && !isSet('secrets', values, env)) {
    problems.push(
      'ANYPOD_SECRET: is required with Redis, and must be the same on all pods; make one with: openssl rand -base64 32',
    );
  }
  if ((config['redisTlsCert'] === undefined) !== (config['redisTlsKey'] === undefined)) {
    problems.push('ANYPOD_REDIS_TLS_CERT and ANYPOD_REDIS_TLS_KEY: set both, or neither');
  }
  if (config['adminPort'] !== 0 && !isSet('adminToken', values, env)) {
    problems.push('ANYPOD_ADMIN_TOKEN: is required with ANYPOD_ADMIN_PORT; make one with: openssl rand -base64 32');
  }
  problems.push(...authFaults(config), ...limitFaults(config, hasTenants(config)));
  if (problems.length > 0) throw new ConfigError(problems);
  return config as unknown as Config;
}

function isSet(name: string, values: Readonly<Record<string, unknown>>, env: Environment): boolean {
  const setting = SETTINGS.find((one) => one.name === name);
  if (setting === undefined) return false;
  const found = textOf(setting, values[flagName(setting)], env);
  return 'problem' in found || found.text !== undefined;
}

/** The value of one setting, from its flag or the environment; or what is wrong with it. */
export function readSetting(
  setting: Setting,
  flag: unknown,
  env: Environment,
): { value: unknown } | { problem: string } {
  const found = textOf(setting, setting.alone && flag === true ? 'true' : flag, env);
  if ('problem' in found) return found;
  const { name, text = setting.default || undefined } = found;
  if (text === undefined) return { value: undefined };
  if (typeof text !== 'string') return { problem: `${name}: needs a value` };
  const parsed = setting.schema.safeParse(text);
  if (parsed.success) return { value: parsed.data };
  const [fault, invisible] = [parsed.error.issues[0]?.message ?? '', invisibleFault(text)];
  const too = invisible === undefined || fault.includes(invisible) ? '' : `; it ${invisible}`;
  return { problem: `${name}: ${fault}${too}` };
}

/** What one setting says, where all settings together may be wrong. Undefined: it is not set, or not valid. */
export function oneSettingOf<Name extends keyof Config>(
  name: Name,
  argv: readonly string[],
  env: Environment,
): Config[Name] | undefined {
  const setting = SETTINGS.find((one) => one.name === name);
  if (setting === undefined) return undefined;
  const read = readSetting(setting, readArguments(argv, SETTINGS).values[flagName(setting)], env);
  return 'value' in read ? (read.value as Config[Name]) : undefined;
}

/** The host names that requests may have: the configured ones, or on a loopback address those of this machine. Undefined: all names. */
export function hostNamesOf({ host, allowedHosts }: Config): readonly string[] | undefined {
  if (allowedHosts !== undefined) return allowedHosts;
  const loopback = host === 'localhost' || host === '::1' || host.startsWith('127.');
  return loopback ? LOOPBACK_NAMES : undefined;
}

/** The text of `--help`. */
export function helpText(more: readonly Setting[] = []): string {
  const lines = [...SETTINGS, ...more].map(({ flag, env, default: preset, description, alone }) => {
    return `  ${(alone ? flag : `${flag} <value>`).padEnd(28)}${description}\n${' '.repeat(30)}${env}${preset === '' ? '' : `, default ${preset}`}`;
  });
  return ['Usage: anypod serve <module> [flags]', '', ...lines].join('\n');
}
