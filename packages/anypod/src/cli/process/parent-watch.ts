import type { Config } from '../../serve/settings/config.ts';

const LOOK_MS = 1000;

/**
 * Calls `onGone` once when the process that started this one has ended. The system then gives this one another parent. npm and npx end on SIGTERM and do
 * not pass it on, so without this a server that they started would stay behind. `npm_lifecycle_event` says that npm, pnpm or yarn started it.
 */
export function watchParent(
  wanted: Config['exitWithParent'],
  target: Pick<NodeJS.Process, 'ppid' | 'env'>,
  onGone: () => void,
): void {
  if (wanted === 'never' || (wanted === 'npm' && target.env['npm_lifecycle_event'] === undefined)) return;
  const parent = target.ppid;
  const look = setInterval(() => {
    if (target.ppid === parent) return;
    clearInterval(look);
    onGone();
  }, LOOK_MS).unref();
}
