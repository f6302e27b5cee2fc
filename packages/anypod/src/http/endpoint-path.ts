/** Tells whether a request target names the endpoint. */
export type IsEndpoint = (target: string) => boolean;

function withoutSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

/** The path of a request target. The target may be a whole URL (RFC 9112 §3.2.2). */
function pathOf(target: string): string {
  if (!target.startsWith('/') && URL.canParse(target)) return new URL(target).pathname;
  const [path = ''] = target.split('?', 1);
  return path;
}

/** The endpoint is at `path`, with or without a slash at the end, and with any query. */
export function createIsEndpoint(path: string): IsEndpoint {
  const served = withoutSlash(path);
  return (target) => target === served || withoutSlash(pathOf(target)) === served;
}
