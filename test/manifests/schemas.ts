/**
 * Where the schemas of each API version lie. Only versions that a current cluster serves: another one is refused, as the
 * cluster would.
 */
const VERSIONS: Readonly<Record<string, () => Promise<object>>> = {
  v1: () => import('kubernetes-models/v1'),
  'apps/v1': () => import('kubernetes-models/apps/v1'),
  'autoscaling/v2': () => import('kubernetes-models/autoscaling/v2'),
  'batch/v1': () => import('kubernetes-models/batch/v1'),
  'networking.k8s.io/v1': () => import('kubernetes-models/networking.k8s.io/v1'),
  'policy/v1': () => import('kubernetes-models/policy/v1'),
  'rbac.authorization.k8s.io/v1': () => import('kubernetes-models/rbac.authorization.k8s.io/v1'),
  'gateway.networking.k8s.io/v1': () => import('@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1'),
  'monitoring.coreos.com/v1': () => import('@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1'),
  'keda.sh/v1alpha1': () => import('@kubernetes-models/keda/keda.sh/v1alpha1'),
  'argoproj.io/v1alpha1': () => import('@kubernetes-models/argo-rollouts/argoproj.io/v1alpha1'),
  'serving.knative.dev/v1': () => import('@kubernetes-models/knative/serving.knative.dev/v1'),
};

interface Model {
  readonly prototype: { readonly validate: () => void };
}

/** Throws an error whose `errors` say what is wrong. */
export type Validate = (manifest: unknown) => void;

/** The validator of a kind, or none where no cluster serves such a kind. */
export async function findValidator(apiVersion: string, kind: string): Promise<Validate | undefined> {
  if (!Object.hasOwn(VERSIONS, apiVersion)) return undefined;
  const models = (await VERSIONS[apiVersion]?.()) as Readonly<Record<string, Model>>;
  const model = models[kind];
  return model && ((manifest) => model.prototype.validate.call(manifest));
}
