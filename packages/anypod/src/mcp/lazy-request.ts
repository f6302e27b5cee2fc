import { type Caller, webHeaders } from '../core/caller.ts';

/**
 * The caller's HTTP request, without its body, for handlers and factories that look at it. Few do and a `Request` is dear, so the real
 * one is built when a property is first read; until then this is an object that merely inherits from `Request`.
 */
export function lazyRequest(caller: Caller): Request {
  let real: Request | undefined;
  const get = () => {
    real ??= new Request(caller.url, { method: 'POST', headers: webHeaders(caller) });
    return real;
  };
  return new Proxy(Object.create(Request.prototype) as Request, {
    get(_target, property) {
      const value: unknown = Reflect.get(get(), property, get());
      return typeof value === 'function' ? value.bind(get()) : value;
    },
    has: (_target, property) => Reflect.has(get(), property),
  });
}
