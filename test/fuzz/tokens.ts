const coded = (part: object | string) =>
  Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');
const HEADER = { alg: 'ES256', kid: 'first' };

/** What pretends to be a token of an issuer for an audience. */
export function pretendedTokens(iss: string, aud: string): readonly string[] {
  const claims = { iss, sub: 'ann', aud, exp: 99_999_999_999, scope: 'mcp' };
  const jwt = (header: object | string, payload: object | string = claims, signature = 'c2ln') =>
    `${coded(header)}.${coded(payload)}.${signature}`;
  return [
    ...['none', 'None', 'HS256', 'RS256', 'ES256K', 'dir', 'PBES2-HS256+A128KW', '', '__proto__'].map((alg) =>
      jwt({ ...HEADER, alg }),
    ),
    ...['second', '', '../../etc/passwd', '__proto__', 'x'.repeat(5000)].map((kid) => jwt({ ...HEADER, kid })),
    jwt({ ...HEADER, crit: ['x'], x: 1 }),
    jwt({ ...HEADER, b64: false, crit: ['b64'] }),
    jwt({ ...HEADER, jku: 'http://evil.test/jwks', x5u: 'http://evil.test' }),
    jwt({ ...HEADER, jwk: { kty: 'oct', k: 'AAAA' } }),
    jwt({ ...HEADER, alg: ['ES256'] }),
    jwt({ ...HEADER, typ: 'dpop+jwt' }),
    jwt('null'),
    jwt('[]'),
    jwt('{'),
    jwt(`{"alg":"ES256","kid":${'['.repeat(3000)}`),
    ...['null', '[]', '{', '"x"', '1', `{"iss":${'['.repeat(3000)}`].map((payload) => jwt(HEADER, payload)),
    ...[
      { iss: [iss] },
      { iss: {} },
      { iss: '__proto__' },
      { exp: '1' },
      { exp: 1e308 },
      { exp: -1 },
      { sub: { $ne: 1 } },
    ].map((wrong) => jwt(HEADER, { ...claims, ...wrong })),
    jwt(HEADER, claims, ''),
    jwt(HEADER, claims, 'A'.repeat(8000)),
    `${jwt({ alg: 'dir', enc: 'A256GCM' })}.AA.AA`,
    '..',
    '...',
    'a.b.c',
    '.',
    'x',
    '~~~',
    '='.repeat(100),
  ];
}
