/** More steps than a login has. */
const MAX_STEPS = 20;

/** Where a browser came to rest. */
export interface Visited {
  readonly url: URL;
  readonly page: string;
}

export interface BrowserOptions {
  /** What the user types or presses, by names of fields. All other fields are sent as the page has them. */
  readonly answers: Readonly<Record<string, string>>;
  /** Does not load a URL for which this is true: the browser rests there. */
  readonly stopAt?: (url: URL) => boolean;
  /** Stands in for pages that a test does not serve: where the user would go from this URL. */
  readonly detour?: (url: URL) => Promise<URL | undefined>;
}

/** Does what a user does in a browser: follows redirects, keeps cookies, and sends each form that a page shows with `answers`. */
export async function browse(start: URL, { answers, stopAt, detour }: BrowserOptions): Promise<Visited> {
  const cookies = new Map<string, string>();

  async function load(url: URL, form?: URLSearchParams): Promise<Response> {
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
    const init = { redirect: 'manual', headers: { cookie } } as const;
    const response = await fetch(url, form === undefined ? init : { ...init, method: 'POST', body: form });
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      cookies.set(name, value);
    }
    return response;
  }

  let url = start;
  let form: URLSearchParams | undefined;
  for (let step = 0; step < MAX_STEPS; step += 1) {
    url = (await detour?.(url)) ?? url;
    if (stopAt?.(url) === true) return { url, page: '' };
    const response = await load(url, form);
    const location = response.headers.get('location');
    form = undefined;
    if (location !== null) {
      await response.body?.cancel();
      url = new URL(location, url);
      continue;
    }
    const page = await response.text();
    const shown = formOf(page, answers);
    if (shown === undefined) return { url, page };
    url = new URL(shown.action, url);
    form = shown.fields;
  }
  throw new Error(`The login did not end; the browser is at ${url}.`);
}

/** The first form of a page that is sent with POST, filled in. */
function formOf(page: string, answers: Readonly<Record<string, string>>) {
  const [, opening, inner = ''] = /<form([^>]*)>([\s\S]*?)<\/form>/i.exec(page) ?? [];
  if (opening === undefined) return undefined;
  const fields = new URLSearchParams();
  for (const [tag] of inner.matchAll(/<(input|button)[^>]*>/gi)) {
    const name = attribute(tag, 'name');
    if (name === undefined) continue;
    if (Object.hasOwn(answers, name)) fields.set(name, answers[name] ?? '');
    else if (attribute(tag, 'type') === 'hidden') fields.set(name, attribute(tag, 'value') ?? '');
  }
  return { action: attribute(opening, 'action') ?? '', fields };
}

function attribute(tag: string, name: string): string | undefined {
  const [, value] = new RegExp(`\\s${name}="([^"]*)"`, 'i').exec(tag) ?? [];
  return value?.replaceAll('&amp;', '&').replaceAll('&#39;', "'").replaceAll('&quot;', '"');
}
