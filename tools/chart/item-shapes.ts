type Shape = Readonly<Record<string, unknown>>;

const text = { type: 'string' };
const name = { type: 'string', minLength: 1 };
const whole = { type: 'integer' };
const map = { type: 'object' };
const listOf = (items: Shape) => ({ type: 'array', items });

/** A map in which these members have these types. The API server knows more members, so others are allowed. */
const open = (properties: Shape, ...required: string[]): Shape => ({ type: 'object', properties, required });
const closed = (properties: Shape, ...required: string[]): Shape => ({
  ...open(properties, ...required),
  additionalProperties: false,
});

const environment = closed({ name, value: text, valueFrom: map }, 'name');
const source = closed({ prefix: text, configMapRef: map, secretRef: map });
const peer = closed({ ipBlock: map, namespaceSelector: map, podSelector: map });
const port = closed({ port: { type: ['integer', 'string'] }, endPort: whole, protocol: text });

const texts = listOf(text);
const oneOrMore = { type: ['string', 'array'], items: text };
/** An authorization server, as in `ANYPOD_AUTH`. Its client secret has no key here, because everybody who can read the pod could see it. */
const issuer = closed(
  {
    issuer: name,
    jwksUri: text,
    jwks: open({ keys: listOf(map) }, 'keys'),
    algorithms: texts,
    typ: text,
    audiences: texts,
    claims: closed({ subject: oneOrMore, clientId: oneOrMore, scope: oneOrMore, tenant: oneOrMore, pass: texts }),
    tenant: text,
    tenants: texts,
    introspection: closed(
      { endpoint: text, clientId: name, trustAudience: { type: 'boolean' }, always: { type: 'boolean' } },
      'clientId',
    ),
    allowHttp: { type: 'boolean' },
  },
  'issuer',
);

/**
 * What `@items` can name for lists of Kubernetes' own maps. Helm passes such items on as they are, so a number where the API server wants text
 * would be refused only there.
 */
export const ITEM_SHAPES: Readonly<Record<string, Shape>> = {
  variable: environment,
  variables: source,
  volume: open({ name }, 'name'),
  mount: open({ name, mountPath: name, subPath: text, readOnly: { type: 'boolean' } }, 'name', 'mountPath'),
  container: open(
    { name, image: text, command: listOf(text), args: listOf(text), env: listOf(environment), envFrom: listOf(source) },
    'name',
  ),
  toleration: closed({ key: text, operator: text, value: text, effect: text, tolerationSeconds: whole }),
  spread: open(
    { maxSkew: whole, topologyKey: text, whenUnsatisfiable: text },
    'maxSkew',
    'topologyKey',
    'whenUnsatisfiable',
  ),
  hostAlias: closed({ ip: name, hostnames: listOf(text) }, 'ip'),
  dnsOption: closed({ name, value: text }, 'name'),
  ipFamily: { type: 'string', enum: ['IPv4', 'IPv6'] },
  pullSecret: closed({ name }, 'name'),
  metric: open({ type: text }, 'type'),
  trigger: open({ type: text, metadata: { type: 'object', additionalProperties: text } }, 'type'),
  issuer,
  tls: closed({ hosts: listOf(text), secretName: text }),
  parent: open({ name, namespace: text, sectionName: text, port: whole }, 'name'),
  filter: open({ type: text }, 'type'),
  peer,
  ingressRule: closed({ from: listOf(peer), ports: listOf(port) }),
  egressRule: closed({ to: listOf(peer), ports: listOf(port) }),
  relabeling: closed({
    sourceLabels: listOf(text),
    separator: text,
    targetLabel: text,
    regex: text,
    modulus: whole,
    replacement: text,
    action: text,
  }),
};
