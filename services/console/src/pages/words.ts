import { durationText, fitText, oneLine } from 'anypod/operate';
import { html } from 'hono/html';

/** A piece of a page. Texts that are put into it are escaped. */
export type Html = ReturnType<typeof html>;

const WIDEST = 120;

/** A text that a client or server chose: on one line, not too long, and its direction stays its own. */
export function said(text: string | undefined, width: number = WIDEST): Html {
  if (text === undefined || text === '') return NONE;
  return html`<bdi>${fitText(oneLine(text), width)}</bdi>`;
}

/** Stands where there is nothing to tell. */
export const NONE: Html = html`<span class="none">–</span>`;

/** Names a pod, and leads to its row on the page of pods. */
export function podLink(pod: string | undefined): Html {
  if (pod === undefined || pod === '') return NONE;
  return html`<a href="/#${encodeURIComponent(podPlace(pod))}">${said(pod, 24)}</a>`;
}

/** The several pods of a session. */
export function podLinks(pods: readonly string[]): Html {
  return pods.length === 0 ? NONE : html`${pods.map((pod) => html`${podLink(pod)} `)}`;
}

/** The place of a pod on its page. */
export function podPlace(pod: string): string {
  return `pod-${pod}`;
}

/** A number, or that nobody has told it. */
export function number(value: number | undefined): Html {
  return value === undefined ? NONE : html`${value.toLocaleString('en')}`;
}

const SIZES = ['B', 'KiB', 'MiB', 'GiB'] as const;

/** A size in its greatest unit. */
export function size(bytes: number | undefined): Html {
  if (bytes === undefined) return NONE;
  const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), SIZES.length - 1);
  const shown = bytes / 1024 ** power;
  return html`${shown.toLocaleString('en', { maximumFractionDigits: shown < 10 ? 1 : 0 })} ${SIZES[power]}`;
}

/** A moment as time ago; the moment itself is its title. */
export function ago(at: number): Html {
  const moment = new Date(at);
  if (Number.isNaN(moment.getTime())) return NONE;
  const iso = moment.toISOString();
  return html`<time datetime="${iso}" title="${iso}">${durationText(Date.now() - at)}</time>`;
}

/** A word with a colour for how good it is. The word alone says it. */
export function state(word: string, mood: 'good' | 'warn' | 'bad' | 'calm'): Html {
  return html`<span class="state ${mood}">${word}</span>`;
}
