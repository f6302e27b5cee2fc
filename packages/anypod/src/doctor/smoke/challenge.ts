import { METADATA_PATH } from '../../core/gate.ts';
import { SESSION_VERSION } from '../../probe/client.ts';
import { ProbeFailure, refused } from '../../probe/failure.ts';
import { initialize } from '../../probe/handshake.ts';
import { metadataNamedIn, readResourceMetadata } from '../../probe/protected-resource.ts';
import { sendRequest } from '../../probe/request.ts';
import type { Target } from '../../probe/target.ts';
import { CLIENT } from './session.ts';
import type { Outcome } from './steps.ts';

/** Whether each target is ready. Throws `ProbeFailure`. */
export async function areReady(targets: readonly Target[], signal: AbortSignal): Promise<Outcome<never>> {
  for (const target of targets) {
    const answer = await sendRequest({ ...target, path: '/readyz' }, { method: 'GET', headers: {} }, signal);
    if (answer.status !== 200) throw refused(target, answer.status, await answer.text(), false);
    answer.cut();
  }
  return { detail: targets.length === 1 ? 'it is ready' : `all ${targets.length} are ready` };
}

/** The URL of the metadata that the answer to a caller without a token names (RFC 9728 §5.1). Throws `ProbeFailure` if the caller is not refused. */
export async function challengeOf(target: Target, signal: AbortSignal): Promise<URL> {
  const { answer } = await initialize(target, CLIENT, SESSION_VERSION, signal);
  answer.cut();
  if (answer.status === 200) {
    throw new ProbeFailure(
      `${target.label} lets callers in without a token.`,
      'Set ANYPOD_AUTH_ISSUERS, or leave out --challenge.',
    );
  }
  const named = metadataNamedIn(answer.headers);
  if (answer.status !== 401 || named === undefined || !URL.canParse(named)) {
    throw new ProbeFailure(
      `${target.label} answered ${answer.status} without a challenge that names its metadata.`,
      'Check that no proxy removes WWW-Authenticate.',
    );
  }
  return new URL(named);
}

/** The authorization servers that the metadata names. Reads it at the target, because clients may know the URL by a name that is unknown here. */
export async function issuersAt(target: Target, metadata: URL | undefined, signal: AbortSignal): Promise<string> {
  const path = metadata?.pathname ?? METADATA_PATH;
  const answer = await sendRequest({ ...target, path }, { method: 'GET', headers: {} }, signal);
  const text = await answer.text();
  if (answer.status !== 200) throw refused(target, answer.status, text, false);
  const issuers = readResourceMetadata(text)?.servers ?? [];
  if (issuers.length > 0) return `tokens come from ${issuers.join(', ')}`;
  throw new ProbeFailure(`The metadata at ${path} names no authorization server.`, 'Check that anypod answers there.');
}
