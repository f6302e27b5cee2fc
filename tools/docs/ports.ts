import { freePort } from '../../test/lib/free-port.ts';

/** Free ports for those that a page names. */
export async function freePorts(named: readonly string[]): Promise<Record<string, number>> {
  const ports: Record<string, number> = {};
  for (const port of named) ports[port] = await freePort();
  return ports;
}

/** The text with other ports than those that it names. */
export function withPorts(text: string, ports: Readonly<Record<string, number>>): string {
  const names = Object.keys(ports);
  return names.length === 0
    ? text
    : text.replaceAll(new RegExp(`\\b(${names.join('|')})\\b`, 'g'), (name) => `${ports[name]}`);
}
