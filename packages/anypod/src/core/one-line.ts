const LINE_SEPARATORS = /[\u0085\u2028\u2029]/g;

/**
 * JSON in which no line ends for anybody: what Unicode calls a line or paragraph separator is escaped, since some clients split lines there too. In
 * JSON they stand only in strings. Nearly no text has one, and to look for a character costs less than to match a pattern.
 */
export function onOneLine(json: string): string {
  if (!json.includes('\u2028') && !json.includes('\u2029') && !json.includes('\u0085')) return json;
  return json.replace(LINE_SEPARATORS, (separator) => `\\u${separator.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
