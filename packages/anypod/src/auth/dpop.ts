import { hash } from 'node:crypto';
import { calculateJwkThumbprint, EmbeddedJWK, type JWK, type JWTPayload, jwtVerify } from 'jose';
import type { Arrival } from '../core/gate.ts';
import type { RandomId, Signer } from '../core/signer.ts';
import type { SpentStates } from '../core/store/spent-states.ts';
import { canonical } from './audiences.ts';
import { DPOP_ALGORITHMS } from './resource.ts';

/** The proof is missing or wrong. The message is a fixed sentence. */
export class InvalidProof extends Error {
  override readonly name = 'InvalidProof';
  /** The error of RFC 9449 §7.1 or §9. */
  readonly error: 'invalid_dpop_proof' | 'use_dpop_nonce';

  constructor(message: string, error: 'invalid_dpop_proof' | 'use_dpop_nonce' = 'invalid_dpop_proof') {
    super(message);
    this.error = error;
  }
}

export interface DpopVerifierOptions {
  readonly signer: Signer;
  readonly spent: SpentStates;
  readonly random: RandomId;
  readonly requireNonce: boolean;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Checks that a request comes from the holder of the key of its token (RFC 9449 §4.3). */
export interface DpopVerifier {
  /** The nonce that clients should use now. All pods accept it. */
  nonce(): string;
  /**
   * `url` is the endpoint as the client knows it. Rejects with `InvalidProof`, or with `AnypodError` `store_unavailable`, because only the store knows whether a
   * proof was used before.
   */
  verify(arrival: Arrival, url: string, token: string, boundTo: string): Promise<void>;
}

/** How far `iat` may be from now, and so how long a proof must be remembered: twice as long. */
const WINDOW_MS = 5 * 60_000;
const NONCE_MS = 5 * 60_000;
const MAX_JTI = 256;
const MAX_PROOF = 8 * 1024;

export function createDpopVerifier({ signer, spent, random, requireNonce, now }: DpopVerifierOptions): DpopVerifier {
  const nonceOf = (period: number) => `${period}.${signer.sign('dpop-nonce', `${period}`)}`;
  const period = () => Math.floor(now() / NONCE_MS);

  function requireFreshNonce(nonce: unknown): void {
    if (!requireNonce || [period(), period() - 1].some((each) => nonceOf(each) === nonce)) return;
    throw new InvalidProof('The proof needs the nonce of this server.', 'use_dpop_nonce');
  }

  function requireClaims(
    { jti, htm, htu, iat, ath, nonce }: JWTPayload,
    method: string,
    url: string,
    token: string,
  ): string {
    if (htm !== method) throw new InvalidProof('The proof is for another method.');
    if (typeof htu !== 'string' || withoutQuery(htu) !== canonical(url))
      throw new InvalidProof('The proof is for another URL.');
    if (ath !== hash('sha256', token, 'base64url')) throw new InvalidProof('The proof is for another token.');
    if (typeof iat !== 'number' || Math.abs(now() - iat * 1000) > WINDOW_MS)
      throw new InvalidProof('The proof is too old, or from the future.');
    if (typeof jti !== 'string' || jti === '' || jti.length > MAX_JTI)
      throw new InvalidProof('The proof has no usable jti.');
    requireFreshNonce(nonce);
    return jti;
  }

  return {
    nonce: () => nonceOf(period()),
    async verify(arrival, url, token, boundTo) {
      const { payload, jwk } = await verifiedProof(proofOf(arrival), now());
      const jti = requireClaims(payload, arrival.method, url, token);
      if ((await calculateJwkThumbprint(jwk)) !== boundTo) throw new InvalidProof('The token belongs to another key.');
      const proof = `dpop-${hash('sha256', `${boundTo}\n${jti}`, 'base64url')}`;
      if (!(await spent.spend(proof, random(), 2 * WINDOW_MS))) throw new InvalidProof('The proof was used before.');
    },
  };
}

function proofOf(arrival: Arrival): string {
  const [proof, ...others] = arrival.valuesOf('dpop');
  if (proof === undefined) throw new InvalidProof('The token is bound to a key. Send a proof in the DPoP header.');
  if (others.length > 0 || proof.length > MAX_PROOF) throw new InvalidProof('Send one DPoP header.');
  return proof;
}

/** Verifies the signature with the key in the proof itself, which must be public and asymmetric. */
async function verifiedProof(proof: string, now: number): Promise<{ payload: JWTPayload; jwk: JWK }> {
  try {
    const check = { typ: 'dpop+jwt', algorithms: [...DPOP_ALGORITHMS], currentDate: new Date(now) };
    const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, check);
    return { payload, jwk: protectedHeader.jwk as JWK };
  } catch {
    throw new InvalidProof('The proof is malformed, or its signature is wrong.');
  }
}

function withoutQuery(url: string): string {
  if (!URL.canParse(url)) return url;
  const { origin, pathname } = new URL(url);
  return canonical(origin + pathname);
}
