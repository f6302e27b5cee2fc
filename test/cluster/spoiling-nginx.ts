import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild } from '../lib/child.ts';
import { freePort } from '../lib/free-port.ts';
import { waitUntilReady } from '../lib/wait-until-ready.ts';

/**
 * One nginx without affinity, with several ways to each name: as it should be, `<name>, buffered` with nginx's own defaults (it also ignores servers that
 * ask it not to buffer), `<name>, compressed`, and some that each lose a header.
 */
export interface SpoilingNginx {
  urlOf(name: string): URL;
  stop(): Promise<void>;
}

const WELL =
  'proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $http_host; proxy_buffering off; large_client_header_buffers 4 32k;';
const WAYS = {
  '': WELL,
  // To a server of HTTP/1.0, which is the default, nginx passes no partly filled buffer on.
  ', buffered': 'proxy_http_version 1.0; proxy_set_header Host $http_host; proxy_ignore_headers X-Accel-Buffering;',
  ', no session to the server': `${WELL} proxy_set_header Mcp-Session-Id "";`,
  ', no session to the client': `${WELL} proxy_hide_header Mcp-Session-Id;`,
  ', no event id': `${WELL} proxy_set_header Last-Event-ID "";`,
  ', no version': `${WELL} proxy_set_header Mcp-Protocol-Version "";`,
  ', short': `${WELL} keepalive_timeout 1s;`,
  ', compressed': `${WELL} gzip on; gzip_types text/event-stream; gzip_min_length 0;`,
};

/** `ports`: where the servers of each name listen (127.0.0.1). */
export async function startSpoilingNginx(ports: Readonly<Record<string, readonly number[]>>): Promise<SpoilingNginx> {
  const directory = await mkdtemp(join(tmpdir(), 'anypod-spoiling-'));
  const urls = new Map<string, URL>();
  const blocks: string[] = [];
  for (const [index, [name, upstream]] of Object.entries(ports).entries()) {
    blocks.push(`upstream u${index} { ${upstream.map((port) => `server 127.0.0.1:${port};`).join(' ')} }`);
    for (const [suffix, directives] of Object.entries(WAYS)) {
      const port = await freePort();
      urls.set(name + suffix, new URL(`http://127.0.0.1:${port}/mcp`));
      const location = `location / { proxy_pass http://u${index}; }`;
      blocks.push(`server { listen 127.0.0.1:${port}; ${directives} ${location} }`);
    }
  }
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${directory}/${kind};`,
  );
  const file = join(directory, 'nginx.conf');
  // One process, so that it takes the servers strictly in turn and leaves no workers behind.
  const own = `daemon off; master_process off; pid ${directory}/pid; error_log stderr notice;`;
  await writeFile(file, `${own} events {} http { access_log off; ${paths.join(' ')}\n${blocks.join('\n')}\n}`);
  const child = startChild('nginx', ['-p', directory, '-e', 'stderr', '-c', file]);
  const stop = async () => {
    await child.stop(1000);
    await rm(directory, { recursive: true, force: true });
  };
  const first = [...urls.values()][0] as URL;
  const ready = async () => (await fetch(new URL('/readyz', first))).status < 500;
  try {
    await waitUntilReady(child, ready, { name: 'nginx' });
  } catch (error) {
    await stop();
    throw error;
  }
  return { urlOf: (name) => urls.get(name) as URL, stop };
}
