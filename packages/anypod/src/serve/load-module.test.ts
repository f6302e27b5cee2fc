import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadModule } from './load-module.ts';

describe('what a module declares', () => {
  let directory: string;
  let count = 0;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'anypod-module-'));
  });

  afterAll(() => rm(directory, { recursive: true, force: true }));

  async function load(declaration: string) {
    count += 1;
    const file = join(directory, `module-${count}.mjs`);
    await writeFile(file, `export default () => undefined;\n${declaration}\n`);
    return loadModule(file);
  }

  it.each([
    ['', undefined],
    ['export const anypod = {};', undefined],
    ["export const anypod = { reuse: 'principal' };", 'principal'],
    ["export const anypod = { reuse: 'all' };", 'all'],
  ])('is taken from %j [modern.reuse.declared]', async (declaration, reuse) => {
    expect((await load(declaration)).reuse).toBe(reuse);
  });

  it.each([
    ["export const anypod = { reuse: 'everybody' };", "use 'principal' or 'all'"],
    ["export const anypod = { reuse: 'all', pool: 1 };", 'only anypod.reuse is known'],
    ["export const anypod = 'all';", 'an object'],
    ['export const anypod = null;', 'an object'],
  ])('is refused with a remedy where it is not known: %j', async (declaration, remedy) => {
    await expect(load(declaration)).rejects.toThrow(remedy);
  });
});
