import { type Balancer, startBalancer } from './balancer-process.ts';
import { freePort } from './free-port.ts';

export interface NginxOptions {
  /** Where the pods listen (127.0.0.1). */
  readonly pods: readonly { readonly port: number }[];
  /** How long a connection may be silent, ms. Default: as documented. */
  readonly idleMs?: number;
}

/** nginx with `deploy/balancers/nginx.conf`. Its files are in a directory of the test. */
export async function startNginx({ pods, idleMs }: NginxOptions): Promise<Balancer> {
  const port = await freePort();
  const servers = pods.map((pod) => `    server 127.0.0.1:${pod.port} max_fails=1 fail_timeout=2s;\n`).join('');
  const ownFiles = (directory: string) =>
    ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${directory}/${kind};`);
  return startBalancer({
    command: 'nginx',
    file: 'nginx.conf',
    port,
    substitutions: (directory) => [
      [/(?<=^http \{\n)/m, `  access_log off;\n  ${ownFiles(directory).join('\n  ')}\n`],
      [/(?<=^ {4}listen )8080(?=;$)/m, `127.0.0.1:${port}`],
      [/(^ {4}server .*;\n)+/m, servers],
      ...(idleMs === undefined
        ? []
        : [
            [
              /proxy_read_timeout 1h;\n {6}proxy_send_timeout 1h;/,
              `proxy_read_timeout ${idleMs}ms;\n      proxy_send_timeout ${idleMs}ms;`,
            ] as const,
          ]),
    ],
    args: (file, directory) => {
      // If root starts nginx, its workers run as another user, who cannot read the directory.
      const user = process.getuid?.() === 0 ? 'user root;' : '';
      return [
        '-p',
        directory,
        '-e',
        'stderr',
        '-c',
        file,
        '-g',
        `daemon off; error_log stderr notice; pid ${directory}/nginx.pid; ${user}`,
      ];
    },
    reload: 'SIGHUP',
  });
}
