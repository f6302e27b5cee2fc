type Capabilities = Readonly<Record<string, unknown>>;

interface Question {
  readonly method: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

/** What a client must declare to be asked a question. Undefined: this is no question of 2026-07-28. */
export function capabilityFor({ method, params }: Question): Capabilities | undefined {
  switch (method) {
    case 'elicitation/create':
      return params?.['mode'] === 'url' ? { elicitation: { url: {} } } : { elicitation: { form: {} } };
    case 'sampling/createMessage': {
      const withTools = params?.['tools'] !== undefined || params?.['toolChoice'] !== undefined;
      return { sampling: withTools ? { tools: {} } : {} };
    }
    case 'roots/list':
      return { roots: {} };
    default:
      return undefined;
  }
}

/**
 * Whether a client declares a capability with all its members. `elicitation: {}` declares forms, because older revisions have no modes. This is the SDK's
 * own rule for `input_required` results.
 */
export function declares(declared: unknown, required: Capabilities): boolean {
  return Object.entries(required).every(([name, members]) => {
    const has = (declared as Capabilities | undefined)?.[name];
    if (typeof has !== 'object' || has === null)
      return has !== undefined && Object.keys(members as object).length === 0;
    return Object.keys(members as object).every((member) => member in has || isImplied(name, member, has));
  });
}

function isImplied(name: string, member: string, declared: object): boolean {
  return name === 'elicitation' && member === 'form' && !('form' in declared) && !('url' in declared);
}
