import type { Redis, RedisOptions } from 'ioredis';
import { AnypodError } from '../../core/errors.ts';

/** The error of a command that ioredis no longer waits for. */
const TIMED_OUT = 'Command timed out';

type Constructor = new (options: RedisOptions) => Redis;

/** What is used of an ioredis command. */
interface TimedCommand {
  readonly isSettled?: boolean;
  /** Private to ioredis, which starts no timer of its own if there is one, and clears it when the reply comes. */
  _commandTimeoutTimer?: NodeJS.Timeout;
  reject(error: Error): void;
}

/**
 * Limits how long a command waits for its reply. ioredis's own timer also counts the time in which a handler blocks the event loop. Then the reply is
 * already there, but the timer comes first. So this one lets the loop read its sockets once more. If the timer itself is late, the loop was blocked, and the command
 * may not even have been sent: then it gets the same time again. If ioredis names its timer differently, it also starts its own, and a blocked loop may
 * refuse a call.
 */
function limit(command: TimedCommand, ms: number, again = true): void {
  if (again && command._commandTimeoutTimer !== undefined) return;
  const due = performance.now() + ms;
  command._commandTimeoutTimer = setTimeout(() => {
    const blocked = performance.now() - due > ms / 4;
    setImmediate(() => {
      if (command.isSettled === true) return;
      if (blocked && again) limit(command, ms, false);
      else command.reject(new Error(TIMED_OUT));
    });
  }, ms);
}

/**
 * ioredis's client, with four changes. The commands of one tick share a packet. A blocked event loop is no evidence that Redis does not answer. A user without INFO is no reason for a warning on
 * each connection. And a connection whose SELECT fails is not used. ioredis only reports the failure and continues in database 0, where the pods of another
 * server may work. Here the connection ends, its waiting commands reject with `AnypodError` `store_refused`, and the next connection tries SELECT again.
 */
export function createDatabaseClient(Client: Constructor): Constructor {
  class DatabaseClient extends Client {
    override select(...args: Parameters<Redis['select']>): ReturnType<Redis['select']> {
      const { stream } = this;
      return super.select(...args).catch((error: Error) => {
        const isReply = error.name === 'ReplyError';
        // If the connection has ended meanwhile, ioredis does not use it. A late reply could still be a refusal.
        if (stream !== this.stream || !(isReply || error.message === TIMED_OUT)) throw error;
        const cause = isReply ? new AnypodError('store_refused', sentenceOf(args[0], error), { cause: error }) : error;
        this.recoverFromFatalError(cause, cause, {});
        // The handshake waits for this promise and would then send commands. So it never settles.
        return new Promise(() => undefined);
      }) as ReturnType<Redis['select']>;
    }

    /** ioredis itself passes a function, and asks whether the server has loaded its data. If it does not learn that, commands are refused with LOADING. */
    override info(...args: unknown[]): ReturnType<Redis['info']> {
      const callback = args.at(-1);
      if (typeof callback !== 'function') return super.info(...(args as string[]));
      return super.info((error, text) => {
        const isRefused = error instanceof Error && error.message.startsWith('NOPERM');
        callback(isRefused ? null : error, isRefused ? '' : text);
      });
    }

    override sendCommand(...args: Parameters<Redis['sendCommand']>): ReturnType<Redis['sendCommand']> {
      const { commandTimeout } = this.options;
      if (typeof commandTimeout === 'number') limit(args[0] as unknown as TimedCommand, commandTimeout);
      this.#joinPackets();
      return super.sendCommand(...args);
    }

    /** Holds what is written until the end of the tick. */
    #joinPackets(): void {
      const { stream } = this;
      if (stream === undefined || stream.writableCorked > 0) return;
      stream.cork();
      process.nextTick(() => stream.uncork());
    }

    override duplicate(override?: Partial<RedisOptions>): Redis {
      return new DatabaseClient({ ...this.options, ...override });
    }
  }
  return DatabaseClient;
}

function sentenceOf(database: number | string, { message }: Error): string {
  const because = `Redis does not open database ${database} (${message})`;
  if (message.startsWith('NOPERM')) return `${because}: allow the user +select, or use database 0 (docs/redis.md#acl).`;
  return `${because}: name one in REDIS_URL that the server has; in Cluster mode, or with databases 1, it has only database 0.`;
}
