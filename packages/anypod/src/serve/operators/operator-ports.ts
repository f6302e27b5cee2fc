import type { Logger } from 'pino';
import { createSparseLog } from '../../core/sparse-log.ts';
import type { Config } from '../settings/config.ts';
import type { OpenStore } from '../store/open-store.ts';
import type { GameDay } from './game-day.ts';
import type { LocalPort } from './local-port.ts';

/** The ports on which operators of this machine look at a pod, end sessions, and make it fail on purpose. */
export interface OperatorPorts extends LocalPort {
  /** The failure switches. Undefined: the operator wants none, and the pod does nothing for them. */
  readonly gameDay: GameDay | undefined;
}

/** Opens the ports that the operator wants: by default none. Throws `ConfigError` where one cannot be had. */
export async function openOperatorPorts(
  config: Config,
  { store, inspection }: Pick<OpenStore, 'store' | 'inspection'>,
  log: Logger,
): Promise<OperatorPorts> {
  const gameDay = await openGameDay(config, log);
  const admin = await openAdmin();
  return {
    gameDay,
    close() {
      gameDay?.close();
      admin?.close();
    },
  };

  async function openAdmin(): Promise<LocalPort | undefined> {
    const { adminPort: port, adminToken: token } = config;
    if (port === 0 || token === undefined || inspection === undefined) return undefined;
    const { serveAdmin } = await import('./admin-port.ts');
    return serveAdmin({ port, token, inspection, store, log: createSparseLog(log) });
  }
}

async function openGameDay(config: Config, log: Logger): Promise<GameDay | undefined> {
  if (config.gameDayPort === 0) return undefined;
  const { serveGameDay } = await import('./game-day-port.ts');
  return serveGameDay(config.gameDayPort, config.redis !== undefined, log);
}
