import { AnypodError } from './errors.ts';

/** Stands for storing text as it is, in place of a key. */
export const PLAIN_KEY = 'plain';

/**
 * Hides content in a store. `key` and `part` say where a text is kept (a key of the store, and a field or entry under it), so a text that was sealed for
 * one place cannot be opened at another.
 */
export interface Sealer {
  /** The names of the keys with which it opens. It seals with the first. They reveal nothing about the keys. `PLAIN_KEY`: text as it is. */
  readonly keys: readonly string[];
  seal(key: string, part: string | number, text: string): string;
  /** Throws `AnypodError` `payload_unreadable` if none of its keys opens the text here. */
  open(key: string, part: string | number, sealed: string): string;
  /**
   * The forms that a name may have under `key`, by which the store finds what it stands for. A name has one form for each of `keys`; new entries get the
   * first.
   */
  forms(key: string, name: string): readonly [string, ...string[]];
  /** The name that has this form under `key`. Throws as `open` does. */
  nameOf(key: string, form: string): string;
}

/** Begins every sealed text, and no JSON. The name of the key follows, in 8 characters. */
export const SEAL_MARK = '\u0002';
export const KEY_NAME_LENGTH = 8;

/** In place of the name of a key: the text that follows is plain, although it begins with the mark. */
const ESCAPE = `${SEAL_MARK}${PLAIN_KEY.padEnd(KEY_NAME_LENGTH, '-')}`;

const isMarked = (text: string) => text.startsWith(SEAL_MARK);

/** The form in which text is stored as it is. */
export function plainForm(text: string): string {
  return isMarked(text) ? ESCAPE + text : text;
}

/** The text that is stored as it is. Undefined: it is sealed. */
export function plainTextOf(form: string): string | undefined {
  if (!isMarked(form)) return form;
  return form.startsWith(ESCAPE) ? form.slice(ESCAPE.length) : undefined;
}

const UNREADABLE =
  'This pod cannot read what Redis has of this: it was sealed with a key that the pod does not list, or was changed. Its operator compares ANYPOD_PAYLOAD_KEYS of all pods (docs/data-at-rest.md).';

/** `why` is for the log. Clients get the sentence alone. */
export function unreadable(why: string): AnypodError {
  return new AnypodError('payload_unreadable', UNREADABLE, { cause: new Error(why) });
}

export function isUnreadable(error: unknown): error is AnypodError {
  return error instanceof AnypodError && error.code === 'payload_unreadable';
}

/** Stores everything as it is. Knows sealed text, and does not take it for content. */
export const PLAIN: Sealer = {
  keys: [PLAIN_KEY],
  seal: (_key, _part, text) => plainForm(text),
  open(key, part, sealed) {
    const text = plainTextOf(sealed);
    if (text === undefined) throw unreadable(`${key} ${part} is sealed, and this pod has no payload keys`);
    return text;
  },
  forms: (_key, name) => [plainForm(name)],
  nameOf: (key, form) => PLAIN.open(key, 'name', form),
};
