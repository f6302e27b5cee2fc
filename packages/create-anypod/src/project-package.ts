import type { Answers } from './choices.ts';

/** The versions that the project begins with. A test in the repository compares them with those that anypod is tested with. */
export const VERSIONS = {
  server: ['@modelcontextprotocol/server', '^2.4.0'],
  client: ['@modelcontextprotocol/client', '^2.4.0'],
  sdk: ['@modelcontextprotocol/sdk', '^1.32.2'],
  zod: ['zod', '^4.6.7'],
  typescript: ['typescript', '^7.0.2'],
  node: ['@types/node', '^24.0.0'],
} as const;

/** The text of the project's package.json. In an image, anypod comes with the image it begins with. */
export function packageJson(name: string, { sdk, run }: Answers, anypod: string): string {
  const library = ['anypod', anypod] as const;
  const [uses, tests] = sdk === 'v1' ? [[VERSIONS.sdk], []] : [[VERSIONS.server], [VERSIONS.client]];
  const content = {
    name,
    version: '0.1.0',
    private: true,
    type: 'module',
    engines: { node: '>=22.18' },
    scripts: {
      start: 'anypod serve server.ts',
      dev: 'anypod dev server.ts',
      test: 'node --test',
      check: 'tsc',
    },
    dependencies: sorted([...uses, VERSIONS.zod, ...(run === 'node' ? [library] : [])]),
    devDependencies: sorted([...tests, VERSIONS.typescript, VERSIONS.node, ...(run === 'node' ? [] : [library])]),
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}

function sorted(packages: readonly (readonly [name: string, range: string])[]): Record<string, string> {
  return Object.fromEntries([...packages].sort(([one], [other]) => (one < other ? -1 : 1)));
}
