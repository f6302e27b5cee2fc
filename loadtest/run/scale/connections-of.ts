import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

const ESTABLISHED = '01';

/** How many open TCP connections a process has to one of the ports. Linux only. */
export function connectionsOf(pid: number, ports: readonly number[]): number {
  const sockets = socketsTo(ports);
  return readdirSync(`/proc/${pid}/fd`).filter((fd) => sockets.has(targetOf(`/proc/${pid}/fd/${fd}`))).length;
}

/** As a process's files name them: `socket:[<inode>]`. */
function socketsTo(ports: readonly number[]): Set<string> {
  const lines = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) => readFileSync(file, 'utf8').trim().split('\n'));
  const open = lines
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , remote = '', state]) => {
      return state === ESTABLISHED && ports.includes(Number.parseInt(remote.split(':')[1] ?? '', 16));
    });
  return new Set(open.map((fields) => `socket:[${fields[9]}]`));
}

function targetOf(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    // The process has just closed it.
    return '';
  }
}
