import { expect, test } from 'vitest';
import { podTargets, urlTarget } from './target.ts';

const url = new URL('https://mcp.example.com/mcp?tenant=a');
const answering =
  (...addresses: string[]) =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));

test('the URL is reached as clients reach it', () => {
  expect(urlTarget(url)).toMatchObject({ secure: true, host: 'mcp.example.com', port: 443, path: '/mcp?tenant=a' });
});

test('a pod is reached by its address, in the name and under the path of the URL', async () => {
  const [pod, ...others] = await podTargets(urlTarget(url), [new URL('http://pods:3000')], answering('10.0.0.1'));
  expect(others).toEqual([]);
  expect(pod).toMatchObject({ secure: false, host: '10.0.0.1', port: 3000, path: '/mcp?tenant=a' });
  expect(pod?.authority).toBe('mcp.example.com');
});

test('a pod with addresses of both families, or of two names, is one pod', async () => {
  const pods = [new URL('http://pods:3000'), new URL('http://preview:3000')];
  const targets = await podTargets(urlTarget(url), pods, answering('10.0.0.1', 'fd00::1', '10.0.0.2', 'fd00::2'));
  expect(targets.map(({ label }) => label)).toEqual(['10.0.0.1:3000', '10.0.0.2:3000']);
});

test('pods with IPv6 only', async () => {
  const targets = await podTargets(urlTarget(url), [new URL('http://pods:3000')], answering('fd00::1'));
  expect(targets).toMatchObject([{ label: '[fd00::1]:3000', host: 'fd00::1' }]);
});

test('a name without addresses is refused with what to do', async () => {
  const failing = async () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }));
  await expect(podTargets(urlTarget(url), [new URL('http://pods:3000')], failing)).rejects.toThrow(
    /pods has no addresses.*headless/,
  );
});
