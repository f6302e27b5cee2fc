import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { AuthOptions, IntrospectionOptions, IssuerOptions } from '../../auth/options.ts';

const text = z.string().min(1);
const texts = z.array(text);
const names = z.union([text, texts]);
const patterns = z.record(z.string(), texts);

const issuer = z.strictObject({
  issuer: text,
  jwksUri: text.optional(),
  jwks: z.looseObject({ keys: z.array(z.looseObject({ kty: text })) }).optional(),
  algorithms: texts.optional(),
  typ: text.optional(),
  audiences: texts.optional(),
  claims: z
    .strictObject({
      subject: names.optional(),
      clientId: names.optional(),
      scope: names.optional(),
      tenant: names.optional(),
      pass: texts.optional(),
    })
    .optional(),
  tenant: text.optional(),
  tenants: texts.optional(),
  introspection: z
    .strictObject({
      endpoint: text.optional(),
      clientId: text,
      clientSecret: text.optional(),
      trustAudience: z.boolean().optional(),
      always: z.boolean().optional(),
    })
    .optional(),
  allowHttp: z.boolean().optional(),
});

const file = z.strictObject({
  issuers: z.array(z.union([text, issuer])).optional(),
  publicUrls: texts.optional(),
  audiences: texts.optional(),
  scopes: z
    .strictObject({
      required: texts.optional(),
      tools: patterns.optional(),
      prompts: patterns.optional(),
      resources: patterns.optional(),
      implies: patterns.optional(),
      supported: texts.optional(),
      hide: z.boolean().optional(),
    })
    .optional(),
  dpop: z.strictObject({ required: z.boolean().optional(), nonce: z.boolean().optional() }).optional(),
  resourceName: text.optional(),
  documentation: text.optional(),
  clockSkewSeconds: z.number().min(0).max(600).optional(),
  cacheSeconds: z.number().min(0).max(3600).optional(),
  passToken: z.boolean().optional(),
});

/** `AuthOptions` as JSON. The secret for introspection may come from a setting of its own. */
export interface AuthFile extends Partial<Omit<AuthOptions, 'issuers'>> {
  readonly issuers?: readonly (string | IssuerEntry)[];
}

/** An issuer whose secret may be elsewhere. */
export interface IssuerEntry extends Omit<IssuerOptions, 'introspection'> {
  readonly introspection?: Omit<IntrospectionOptions, 'clientSecret'> & { readonly clientSecret?: string };
}

/** Reads the setting: JSON, or the path of a file with JSON. */
export const authFile: z.ZodType<AuthFile, string> = z.string().transform((given, context) => {
  try {
    const parsed = file.safeParse(JSON.parse(given.trimStart().startsWith('{') ? given : readFileSync(given, 'utf8')));
    if (parsed.success) return parsed.data as AuthFile;
    const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'it'}: ${message}`);
    context.addIssue({ code: 'custom', message: faults.join('; ') });
  } catch (error) {
    // An error of JSON.parse repeats a part of the text.
    const reason = error instanceof SyntaxError ? 'it is not JSON' : (error as Error).message;
    context.addIssue({ code: 'custom', message: `must be JSON, or a file with JSON: ${reason}` });
  }
  return z.NEVER;
});
