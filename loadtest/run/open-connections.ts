import { readFileSync } from 'node:fs';

const ESTABLISHED = '01';

/** How many TCP connections to a port of this machine are open, as the side that listens counts them. Linux only. */
export function connectionsTo(port: number): number {
  return ['/proc/net/tcp', '/proc/net/tcp6']
    .flatMap((file) => readFileSync(file, 'utf8').trim().split('\n').slice(1))
    .filter((line) => isOpenOn(line, port)).length;
}

function isOpenOn(line: string, port: number): boolean {
  const [, local = '', , state] = line.trim().split(/\s+/);
  return state === ESTABLISHED && Number.parseInt(local.split(':')[1] ?? '', 16) === port;
}
