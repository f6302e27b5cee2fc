/** Tells whether a request target names the endpoint. */
export type IsEndpoint = (target: string) => boolean;

/** The last part of the paths of HTTP+SSE (2024-11-05), beside the endpoint: the client's stream, and the address for its messages. */
const SSE = 'sse';
export const MESSAGES = 'messages';

function withoutSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

/** The path of a request target, without a slash at its end. The target may be a whole URL (RFC 9112 §3.2.2). */
export function pathOf(target: string): string {
  if (!target.startsWith('/') && URL.canParse(target)) return withoutSlash(new URL(target).pathname);
  const [path = ''] = target.split('?', 1);
  return withoutSlash(path);
}

/** The path whose last part is `name` instead. */
export function siblingOf(path: string, name: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1) + name;
}

/** The endpoint is at `path`, with or without a slash at the end, and with any query. */
export function createIsEndpoint(path: string): IsEndpoint {
  const served = withoutSlash(path);
  return (target) => target === served || pathOf(target) === served;
}

/** Whether the URL of a request that reached a handler is one of HTTP+SSE, wherever the handler is mounted. */
export function isSseUrl(url: string): boolean {
  const path = pathOf(url);
  return path.endsWith(`/${SSE}`) || path.endsWith(`/${MESSAGES}`);
}

/** The paths of HTTP+SSE beside the endpoint at `path`. */
export function createIsSseEndpoint(path: string): IsEndpoint {
  const served = withoutSlash(path);
  const paths = [siblingOf(served, SSE), siblingOf(served, MESSAGES)];
  return (target) => paths.includes(pathOf(target));
}
