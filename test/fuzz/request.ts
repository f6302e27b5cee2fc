/** A request as it goes over the wire. Texts are bytes (latin1). */
export interface Malformed {
  readonly method: string;
  readonly path: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
  /** The bytes are sent as they are, and the parts above are not. */
  readonly raw?: string;
}

/** In headers and paths, the id of a session that lives. */
export const LIVE_SESSION = '{session}';

/** Puts the bytes of a text where every byte is a character. */
export const bytes = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
