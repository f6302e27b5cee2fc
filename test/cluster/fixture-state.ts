/** What `fill` needs from a server, for either SDK. */
interface Adapter {
  tool(name: string, run: () => unknown): void;
  onRequest(method: string, handler: (params: Record<string, unknown>) => void): void;
  onNotification(method: string, handler: (params: Record<string, unknown>) => Promise<void> | void): void;
  listRoots(): Promise<{ roots: { uri: string }[] }>;
  log(level: 'debug' | 'error', data: unknown): Promise<void>;
  /** Makes the error that refuses a request. */
  refusal(code: number, message: string): Error;
}

const talking = new Set<Adapter>();

// This timer starts outside of any request, so its messages belong to none.
setInterval(() => {
  for (const adapter of talking) {
    for (const level of ['debug', 'error'] as const)
      void adapter.log(level, { at: Date.now(), pid: process.pid }).catch(() => undefined);
  }
}, 20).unref();

/** Fills a server that shows what it was told. */
export function fill(adapter: Adapter): void {
  const seen = {
    pid: process.pid,
    levels: [] as unknown[],
    uris: [] as unknown[],
    custom: [] as unknown[],
    changes: 0,
  };
  let roots: string[] = [];
  adapter.onRequest('logging/setLevel', ({ level }) => {
    if (level === 'emergency') throw adapter.refusal(-32099, 'no such noise');
    seen.levels.push(level);
  });
  adapter.onRequest('resources/subscribe', ({ uri }) => {
    if (String(uri).startsWith('bogus:')) throw adapter.refusal(-32097, 'no such resource');
    seen.uris.push(uri);
  });
  adapter.onRequest('resources/unsubscribe', ({ uri }) => {
    if (uri === 'note://sticky') throw adapter.refusal(-32098, 'it sticks');
    seen.uris = seen.uris.filter((other) => other !== uri);
  });
  adapter.onNotification('notifications/roots/list_changed', async () => {
    seen.changes += 1;
    roots = (await adapter.listRoots()).roots.map(({ uri }) => uri);
  });
  adapter.onNotification('x/custom', ({ n }) => void seen.custom.push(n));
  adapter.tool('seen', () => seen);
  adapter.tool('roots', () => roots);
  adapter.tool('talk', () => talking.add(adapter));
  adapter.tool('hush', () => talking.delete(adapter));
}
