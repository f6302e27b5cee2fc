import { type Caller, webHeaders } from '../../core/caller.ts';
import type { Departure } from '../../core/departure.ts';

/**
 * The caller's HTTP request, without its body, for the SDK, handlers and factories. A `Request` is expensive. So this is an object that inherits from
 * `Request` and knows the common properties. It builds the real request when a caller reads another property. Its `signal` aborts when
 * the client disconnects.
 */
export function lazyRequest(caller: Caller, departure?: Departure): Request {
  let headers: Headers | undefined;
  const build = () => {
    const init = { method: 'POST', headers: webHeaders(caller) };
    return new Request(caller.url, departure === undefined ? init : { ...init, signal: departure.signal() });
  };
  return standIn(Request.prototype, build, {
    method: () => 'POST',
    url: () => caller.url,
    headers: () => {
      headers ??= lazyHeaders(caller);
      return headers;
    },
    ...(departure === undefined ? {} : { signal: () => departure.signal() }),
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

/** An object that looks like the result of `build`. It calls `build` only when a property other than `known` is read. */
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
    // A handler may change these headers, as it may change those of a real request.
    set: (_target, property, value) => Reflect.set(get(), property, value, get()),
  });
}
