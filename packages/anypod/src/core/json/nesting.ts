const QUOTE = 34;
const BACKSLASH = 92;
const OPEN_ARRAY = 91;
const CLOSE_ARRAY = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

/**
 * Whether objects and arrays in a JSON text are nested deeper than `most` levels. It does not parse the text: a client can send in a moment what a
 * parser needs a second for. The text need not be valid JSON.
 */
export function isDeepText(text: string, most: number): boolean {
  if (!mayBeDeep(text, most)) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at + 1);
    else if (code === OPEN_OBJECT || code === OPEN_ARRAY) {
      depth += 1;
      if (depth > most) return true;
    } else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) depth -= 1;
  }
  return false;
}

/**
 * Whether objects and arrays in a parsed value are nested deeper than `most` levels; cheaper than `isDeepText`. It goes level by level, since deep
 * values overflow the stack of a recursion.
 */
export function isDeepValue(value: unknown, most: number): boolean {
  let level = isContainer(value) ? [value] : [];
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > most) return true;
    level = containersIn(level);
  }
  return false;
}

function containersIn(level: readonly object[]): object[] {
  const inner: object[] = [];
  for (const container of level) {
    const members: unknown[] = Array.isArray(container) ? container : Object.values(container);
    for (const member of members) if (isContainer(member)) inner.push(member);
  }
  return inner;
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Whether a text has enough brackets to be nested deeper than `most` levels, brackets in strings included. Nearly no text has. */
export function mayBeDeep(text: string, most: number): boolean {
  if (text.length <= 2 * most) return false;
  let count = 0;
  for (const bracket of ['{', '[']) {
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1)) {
      count += 1;
      if (count > most) return true;
    }
  }
  return false;
}

/** The end of the string that begins at `from`: the next quote after an even number of backslashes. */
function endOfString(text: string, from: number): number {
  for (let at = text.indexOf('"', from); at >= 0; at = text.indexOf('"', at + 1)) {
    let before = at - 1;
    while (before >= from && text.charCodeAt(before) === BACKSLASH) before -= 1;
    if ((at - before) % 2 === 1) return at;
  }
  return text.length;
}
