/** More steps than a login has. */
const MAX_STEPS = 12;

/**
 * Does what a user does in a browser on the pages of `services/auth-server`: logs in as `user` and agrees. Returns the parameters with which the authorization
 * server sends the user back to the client.
 */
export async function login(authorizationUrl: URL, user: string): Promise<URLSearchParams> {
  const cookies = new Map<string, string>();

  async function visit(url: URL, form?: URLSearchParams): Promise<Response> {
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
    const init = { redirect: 'manual', headers: { cookie } } as const;
    const response = await fetch(url, form === undefined ? init : { ...init, method: 'POST', body: form });
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      cookies.set(name, value);
    }
    return response;
  }

  let url = authorizationUrl;
  let form: URLSearchParams | undefined;
  for (let step = 0; step < MAX_STEPS; step += 1) {
    const response = await visit(url, form);
    form = undefined;
    const location = response.headers.get('location');
    if (location === null) {
      const page = await response.text();
      const prompt = /name="prompt" value="(login|consent)"/.exec(page)?.[1];
      if (prompt === undefined) throw new Error(`The authorization server answered ${response.status}: ${page}`);
      form = new URLSearchParams({ prompt, login: user, password: 'any' });
    } else {
      url = new URL(location, url);
      if (url.searchParams.has('code') || url.searchParams.has('error')) return url.searchParams;
    }
  }
  throw new Error('The login did not end.');
}
