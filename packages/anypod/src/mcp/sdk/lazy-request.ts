import { type Caller, webHeaders } from '../../core/caller.ts';
import type { Departure } from '../../core/departure.ts';

/**
 * The caller's HTTP request, without its body, for the SDK, handlers and factories. A `Request` is expensive. So this is an object that inherits from
 * `Request` and knows the common properties. It builds the real request when another property is read or set. Its `signal` aborts when the client
 * disconnects.
 */
export function lazyRequest(caller: Caller, departure?: Departure): Request {
  return new LazyRequest(caller, departure) as unknown as Request;
}

/** Builds the real object, once. */
const REAL = Symbol('real');

class LazyRequest {
  readonly #caller: Caller;
  readonly #departure: Departure | undefined;
  #headers: LazyHeaders | undefined;
  #real: Request | undefined;

  constructor(caller: Caller, departure: Departure | undefined) {
    this.#caller = caller;
    this.#departure = departure;
  }

  get method(): string {
    return 'POST';
  }

  get url(): string {
    return this.#real?.url ?? this.#caller.url;
  }

  get headers(): LazyHeaders {
    this.#headers ??= new LazyHeaders(this.#caller, this.#real?.headers);
    return this.#headers;
  }

  get signal(): AbortSignal {
    return this.#real?.signal ?? this.#departure?.signal() ?? this[REAL]().signal;
  }

  [REAL](): Request {
    if (this.#real !== undefined) return this.#real;
    const headers = this.#headers?.[REAL]() ?? webHeaders(this.#caller);
    const init = { method: 'POST', headers };
    const departure = this.#departure;
    this.#real = new Request(
      this.#caller.url,
      departure === undefined ? init : { ...init, signal: departure.signal() },
    );
    this.#headers?.become(this.#real.headers);
    return this.#real;
  }
}

class LazyHeaders {
  readonly #caller: Caller;
  #real: Headers | undefined;

  constructor(caller: Caller, real: Headers | undefined) {
    this.#caller = caller;
    this.#real = real;
  }

  get(name: string): string | null {
    if (this.#real !== undefined) return this.#real.get(name);
    const value = this.#caller.headers[name.toLowerCase()];
    return (Array.isArray(value) ? value.join(', ') : value?.trim()) ?? null;
  }

  has(name: string): boolean {
    return this.get(name) !== null;
  }

  /** Changes go to the headers of the request from now on. */
  become(real: Headers): void {
    this.#real = real;
  }

  [REAL](): Headers {
    this.#real ??= webHeaders(this.#caller);
    return this.#real;
  }
}

/**
 * What a class inherits that knows the common properties of `web` and builds the real object for the others. One proxy serves all its objects, because a
 * proxy for each costs more than the object. The web class is not named before somebody asks for it: with the first one Node loads its whole `fetch`.
 */
function others(web: () => object): object {
  const real = (lazy: unknown) => (lazy as { [REAL](): object })[REAL]();
  return new Proxy(
    {},
    {
      getPrototypeOf: web,
      has: (_target, property) => Reflect.has(web(), property),
      get(_target, property, lazy) {
        const value: unknown = Reflect.get(real(lazy), property);
        return typeof value === 'function' ? value.bind(real(lazy)) : value;
      },
      // A handler may change these headers, as it may change those of a real request.
      set: (_target, property, value, lazy) => Reflect.set(real(lazy), property, value),
    },
  );
}

Object.setPrototypeOf(
  LazyRequest.prototype,
  others(() => Request.prototype),
);
Object.setPrototypeOf(
  LazyHeaders.prototype,
  others(() => Headers.prototype),
);
