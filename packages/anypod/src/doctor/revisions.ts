import { LEGACY_VERSIONS } from '../core/session/protocol-version.ts';
import { SESSION_VERSION } from '../probe/client.ts';
import { discover, endSession, initialize } from './admission.ts';
import { type Finding, warning, well } from './finding.ts';
import type { Visit } from './visit.ts';

const SPOKEN = LEGACY_VERSIONS.filter((version) => version >= '2024-11-05');

/** Which revisions the endpoint speaks. Opens a session for each one with sessions, and ends it. */
export async function probeRevisions({ target }: Visit, timeoutMs: number): Promise<Finding> {
  const spoken: string[] = [];
  for (const version of SPOKEN) {
    const { result, sessionId } = await initialize(target, version, timeoutMs);
    if (result?.protocolVersion === version) spoken.push(version);
    if (sessionId !== undefined) await endSession(target, sessionId, version, timeoutMs);
  }
  spoken.push(...((await discover(target, timeoutMs)) ?? []).filter((version) => !spoken.includes(version)));
  const evidence = spoken.join(', ');
  if (spoken.some((version) => version >= SESSION_VERSION)) return well(evidence);
  return warning(evidence, `Update the server's SDK: newer clients begin with ${SESSION_VERSION} or later.`);
}
