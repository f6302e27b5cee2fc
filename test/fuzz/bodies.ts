import fc from 'fast-check';
import { bytes } from './request.ts';

const LONG = 'x'.repeat(20_000);

/** Values that are nowhere expected. */
const odd = fc.oneof(
  { maxDepth: 2 },
  fc.constantFrom<unknown>(null, true, false, 0, -1, 1.5, 1e308, 2 ** 53, '', ' ', '\0', '\r\n', LONG),
  fc.constantFrom<unknown>('__proto__', 'constructor', '../..', '%00', '\u2028', '💥', '\ud800', [], {}, [[]], [null]),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.jsonValue({ maxDepth: 2 }),
);

/** Where in a message something is changed, and how. */
const change = fc.record({
  at: fc.nat({ max: 40 }),
  how: fc.constantFrom('replace', 'remove', 'add', 'wrap', 'duplicate'),
  name: fc.constantFrom('_meta', 'id', 'method', 'params', 'jsonrpc', '__proto__', 'x', 'result', 'error'),
  value: odd,
});

type Change = typeof change extends fc.Arbitrary<infer Made> ? Made : never;

interface Place {
  readonly holder: Record<string, unknown>;
  readonly name: string;
}

/** All members of all objects and arrays in a message. */
function placesIn(value: unknown): Place[] {
  if (typeof value !== 'object' || value === null) return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder).flatMap((name) => [{ holder, name }, ...placesIn(holder[name])]);
}

/** Changes what a place holds. Returns a member that the text gets a second time, if that is the change. */
function apply({ how, name, value }: Change, { holder, name: at }: Place): string {
  // Later changes must not reach into the value of another message.
  const own = structuredClone(value);
  if (how === 'replace') holder[at] = own;
  else if (how === 'wrap') holder[at] = [holder[at]];
  else if (how === 'remove') delete holder[at];
  else if (how === 'duplicate') return `${JSON.stringify(name)}:${JSON.stringify(value) ?? 'null'},`;
  // An assignment to __proto__ would make no member.
  else Object.defineProperty(holder, name, { value: own, enumerable: true, configurable: true, writable: true });
  return '';
}

function changed(message: unknown, changes: readonly Change[]): string {
  const root = { message: structuredClone(message) } as Record<string, unknown>;
  let twice = '';
  for (const change of changes) {
    const places = placesIn(root);
    const place = places[change.at % places.length];
    if (place !== undefined) twice += apply(change, place);
  }
  const text = JSON.stringify(root['message']) ?? 'undefined';
  return text.startsWith('{') ? `{${twice}${text.slice(1)}` : text;
}

/** A JSON text with bytes that are cut off, put in, or doubled. */
const spoilt = (text: fc.Arbitrary<string>) =>
  fc
    .tuple(
      text,
      fc.nat({ max: 2000 }),
      fc.string({ unit: 'binary', maxLength: 4 }),
      fc.constantFrom('cut', 'put', 'twice', 'bom', 'byte', 'space'),
    )
    .map(([json, at, put, how]) => {
      const whole = bytes(json);
      const place = at % (whole.length + 1);
      if (how === 'cut') return whole.slice(0, place);
      if (how === 'put') return whole.slice(0, place) + bytes(put) + whole.slice(place);
      if (how === 'twice') return whole + whole;
      if (how === 'bom') return `\xef\xbb\xbf${whole}`;
      if (how === 'byte') return `${whole.slice(0, place)}\xff\xc0${whole.slice(place)}`;
      return `\n\t ${whole} \r\n`;
    });

const changes = fc.array(change, { minLength: 1, maxLength: 3 });
const message = (known: readonly unknown[]) =>
  fc.tuple(fc.constantFrom(...known), changes).map(([one, made]) => changed(one, made));
const batch = (known: readonly unknown[]) =>
  fc.array(message(known), { maxLength: 4 }).map((messages) => `[${messages.join()}]`);

/** A body that begins as one of `known`, or as none. */
export function bodyOf(known: readonly unknown[]): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 6, arbitrary: message(known).map(bytes) },
    {
      weight: 2,
      arbitrary: spoilt(
        fc.oneof(
          message(known),
          fc.constantFrom(...known).map((one) => JSON.stringify(one)),
        ),
      ),
    },
    { weight: 1, arbitrary: batch(known).map(bytes) },
    { weight: 1, arbitrary: fc.constantFrom(...known).map((one) => bytes(JSON.stringify(one))) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 100 }).map(bytes) },
  );
}
