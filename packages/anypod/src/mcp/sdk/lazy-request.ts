import { type Caller, webHeaders } from '../../core/caller.ts';

/**
 * The caller's HTTP request, without its body, for the SDK, handlers and factories that look at it. A `Request` is dear, so the real one is built
 * where something else is read than what nearly everybody reads; until then this is an object that merely inherits from `Request`. `signal`
 * tells when the client goes.
 */
export function lazyRequest(caller: Caller, signal?: () => AbortSignal): Request {
  let headers: Headers | undefined;
  const build = () => {
    const init = { method: 'POST', headers: webHeaders(caller) };
    return new Request(caller.url, signal === undefined ? init : { ...init, signal: signal() });
  };
  return standIn(Request.prototype, build, {
    method: () => 'POST',
    url: () => caller.url,
    headers: () => {
      headers ??= lazyHeaders(caller);
      return headers;
    },
    ...(signal === undefined ? {} : { signal }),
  });
}

function lazyHeaders(caller: Caller): Headers {
  const get = (name: string): string | null => {
    const value = caller.headers[name.toLowerCase()];
    return (Array.isArray(value) ? value.join(', ') : value?.trim()) ?? null;
  };
  const has = (name: string): boolean => get(name) !== null;
  return standIn(Headers.prototype, () => webHeaders(caller), { get: () => get, has: () => has });
}

/** An object that looks like what `build` makes, and has it made only where a property other than `known` is read. */
function standIn<T extends object>(
  prototype: T,
  build: () => T,
  known: Readonly<Record<string, (() => unknown) | undefined>>,
): T {
  let real: T | undefined;
  const get = () => {
    real ??= build();
    return real;
  };
  return new Proxy(Object.create(prototype) as T, {
    get(_target, property) {
      const read = real === undefined && Object.hasOwn(known, property) ? known[property as string] : undefined;
      if (read !== undefined) return read();
      const value: unknown = Reflect.get(get(), property, get());
      return typeof value === 'function' ? value.bind(get()) : value;
    },
    has: (_target, property) => Reflect.has(get(), property),
    // A handler may change the headers that it sees, as it may those of a real request.
    set: (_target, property, value) => Reflect.set(get(), property, value, get()),
  });
}
