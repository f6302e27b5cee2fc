import { type Manifest, nameOf } from './documents.ts';
import { containersOf, podTemplates } from './pod-templates.ts';

const SECRET_NAME = /SECRET|PASSWORD|TOKEN/;
const CREDENTIALS_IN_URL = /:\/\/[^/\s]*:[^/\s]+@/;

/**
 * Secrets that stand where everyone who may read pods or config maps sees them. `$(NAME)` is not one: it names another variable.
 *
 * @returns one sentence per problem.
 */
export function secrecyProblems(manifests: readonly Manifest[]): string[] {
  return [...plainVariables(manifests), ...plainConfiguration(manifests)];
}

function plainVariables(manifests: readonly Manifest[]): string[] {
  return podTemplates(manifests).flatMap((template) =>
    containersOf(template).flatMap((container) => {
      const variables: { name: string; value?: string }[] = container['env'] ?? [];
      return variables
        .filter(({ name, value }) => isSecret(name, value))
        .map(({ name }) => `${template.owner}: container ${container['name']} has the secret ${name} in plain sight`);
    }),
  );
}

function plainConfiguration(manifests: readonly Manifest[]): string[] {
  return manifests
    .filter(({ kind }) => kind === 'ConfigMap')
    .flatMap((manifest) =>
      Object.entries((manifest['data'] ?? {}) as Record<string, string>)
        .filter(([, value]) => CREDENTIALS_IN_URL.test(withoutReferences(value)))
        .map(([key]) => `${nameOf(manifest)}: ${key} holds credentials`),
    );
}

function isSecret(name: string, value: string | undefined): boolean {
  const plain = withoutReferences(value ?? '');
  return (/\w/.test(plain) && SECRET_NAME.test(name)) || CREDENTIALS_IN_URL.test(plain);
}

function withoutReferences(value: string): string {
  return value.replaceAll(/\$\(\w+\)/g, '');
}
