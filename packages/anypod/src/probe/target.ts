import { lookup } from 'node:dns/promises';
import { NoAnswer } from './failure.ts';

/** Where a request goes: the URL itself, or one pod behind it. */
export interface Target {
  /** The name in the report. */
  readonly label: string;
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
  /** Path and query of the endpoint. */
  readonly path: string;
  /** The `Host` header. Pods may serve only the names of the URL. */
  readonly authority: string;
  /** Sent with every request, such as credentials. */
  readonly headers?: Readonly<Record<string, string>>;
}

function hostNameOf({ hostname }: URL): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
}

/** The endpoint's URL as clients use it. */
export function urlTarget(url: URL, headers: Readonly<Record<string, string>> = {}): Target {
  const secure = url.protocol === 'https:';
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port);
  const path = `${url.pathname}${url.search}`;
  return { label: url.host, secure, host: hostNameOf(url), port, path, authority: url.host, headers };
}

/** Looks up every address of a name, as `node:dns/promises` does. */
export type Lookup = (name: string) => Promise<readonly { readonly address: string; readonly family: number }[]>;

const lookupAll: Lookup = (name) => lookup(name, { all: true });

/**
 * The pods behind the endpoint: every address that the names in `pods` resolve to, each with its port, over plain HTTP. If a name has IPv4 and IPv6
 * addresses, each pod has one of each, so the addresses of one family are all the pods.
 *
 * @throws NoAnswer if a name has no address.
 */
export async function podTargets(entry: Target, pods: readonly URL[], resolve: Lookup = lookupAll): Promise<Target[]> {
  const { path, authority, headers = {} } = entry;
  const found = await podAddresses(pods, resolve);
  return found.map(({ label, host, port }) => ({ label, secure: false, host, port, path, authority, headers }));
}

/** An address of a pod. `label` is it as text, `host:port`. */
export type PodAddress = Pick<Target, 'label' | 'host' | 'port'>;

/** The addresses of pods, each once; see `podTargets`. */
export async function podAddresses(pods: readonly URL[], resolve: Lookup = lookupAll): Promise<PodAddress[]> {
  const found = await Promise.all(pods.map((pod) => addressesOf(pod, resolve)));
  const all = found.flat().map(({ host, port }): [string, PodAddress] => {
    const label = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
    return [label, { label, host, port }];
  });
  return [...new Map(all).values()];
}

async function addressesOf(pod: URL, resolve: Lookup): Promise<{ host: string; port: number }[]> {
  const name = hostNameOf(pod);
  const found = await resolve(name).catch((error: NodeJS.ErrnoException) => {
    const remedy =
      'Name a headless Service whose pods are ready. Inside a pod, use its full name: <service>.<namespace>.svc.';
    throw new NoAnswer(`${name} has no addresses (${error.code}).`, remedy);
  });
  const ofFirstFamily = found.filter(({ family }) => family === 4);
  const addresses = ofFirstFamily.length > 0 ? ofFirstFamily : found;
  return addresses.map(({ address: host }) => ({ host, port: pod.port === '' ? 80 : Number(pod.port) }));
}
