import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCredentialFile } from './credential-file.ts';
import { listenForAnswer } from './loopback.ts';

describe('the page to which the browser comes back', () => {
  it('takes the answer to its own login only [host.connect.login]', async () => {
    const loopback = await listenForAnswer(undefined);
    const stopping = new AbortController();
    const answer = loopback.answerTo('mine', stopping.signal);
    const visit = async (query: string, init?: RequestInit) => (await fetch(loopback.redirectUrl + query, init)).status;
    expect(await visit('?code=x')).toBe(400);
    expect(await visit('?code=x&state=theirs')).toBe(400);
    expect(await visit('/elsewhere?code=x&state=mine')).toBe(404);
    expect(await visit('?code=x&state=mine', { method: 'POST' })).toBe(404);
    expect(await visit('?code=good&state=mine')).toBe(200);
    expect((await answer).get('code')).toBe('good');
    loopback.close();
  });

  it('takes another port if its own is in use, and ends with its signal [host.connect.login]', async () => {
    const first = await listenForAnswer(undefined);
    const second = await listenForAnswer(first.port);
    expect(second.port).not.toBe(first.port);
    const answer = second.answerTo('mine', AbortSignal.abort(new Error('stopped')));
    await expect(answer).rejects.toThrow('stopped');
    first.close();
    second.close();
  });
});

describe('the file of tokens', () => {
  let directory = '';
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'anypod-tokens-'));
  });
  afterEach(() => rm(directory, { recursive: true }));
  const URL_A = new URL('https://a.example.com/mcp');
  const tokens = { access_token: 'a', token_type: 'Bearer' };

  it('is private, and one per endpoint [host.connect.private]', async () => {
    const inner = join(directory, 'new');
    const store = createCredentialFile(inner, URL_A);
    expect(store.read()).toEqual({});
    store.write({ tokens });
    expect(store.read()).toMatchObject({ tokens });
    expect(createCredentialFile(inner, new URL('https://a.example.com/other')).read()).toEqual({});
    const [name = '', ...others] = await readdir(inner);
    expect(others).toEqual([]);
    expect([(await stat(inner)).mode & 0o777, (await stat(join(inner, name))).mode & 0o777]).toEqual([0o700, 0o600]);
  });

  it('is not read if others can read it, and ignored if it is broken [host.connect.private]', async () => {
    const store = createCredentialFile(directory, URL_A);
    store.write({ tokens });
    const path = join(directory, (await readdir(directory))[0] ?? '');
    await chmod(path, 0o640);
    expect(() => store.read()).toThrow(/others can read it/);
    await chmod(path, 0o600);
    await writeFile(path, '{"tokens":');
    expect(store.read()).toEqual({});
  });
});
