import type { Logger } from 'pino';
import type { Start } from '../../dev/pod-messages.ts';
import type { News } from '../../dev/supervisor.ts';

const NEWS: Readonly<Record<News, readonly ['info' | 'warn' | 'error', string]>> = {
  serves: ['info', 'the pod serves'],
  'serves again': ['info', 'the new code serves'],
  'refused, the one before serves': ['error', 'the new code cannot be loaded; the code before serves on'],
  refused: ['error', 'the code cannot be loaded; a change starts it again'],
  'ended, again': ['warn', 'the pod has ended; it starts again'],
  ended: ['error', 'the pod has ended; a change starts it again'],
};

/** Says what happened to the pods of `anypod dev`. */
export function tellNews(log: Logger, news: News, start: Start | undefined): void {
  const [level, text] = NEWS[news];
  log[level](start?.tools === undefined ? text : `${text}: ${start.tools.join(', ') || 'no tools'}`);
}

/** The text for the developer after the start. `inRedis`: the pods have a Redis. */
export function devBanner(url: string, { tools, modern }: Start, inRedis: boolean): string {
  return [
    `MCP endpoint   ${url}`,
    `Tools          ${tools === undefined ? 'not known yet' : tools.join(', ') || 'none'}`,
    `Eras           ${modern ? 'sessions up to 2025-11-25, stateless 2026-07-28' : 'sessions up to 2025-11-25; for 2026-07-28, install @modelcontextprotocol/server'}`,
    `Sessions       ${inRedis ? 'in Redis' : 'in this process'}; they survive changes of your code`,
    `Try it         npx anypod call ${url} ${tools?.[0] ?? '<tool>'}   # or start with --inspector`,
    '',
  ].join('\n');
}
