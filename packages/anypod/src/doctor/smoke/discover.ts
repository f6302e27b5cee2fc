import { refused } from '../../probe/failure.ts';
import { discover } from '../../probe/handshake.ts';
import type { Target } from '../../probe/target.ts';
import { CLIENT } from './session.ts';

/** The revisions that a client of 2026-07-28 finds. Undefined: the server serves only sessions. Throws `ProbeFailure`. */
export async function discoverVersions(target: Target, signal: AbortSignal): Promise<string | undefined> {
  const { answer, versions, failure } = await discover(target, CLIENT, signal);
  if (versions !== undefined) return versions.join(', ');
  // An SDK that does not know 2026-07-28 refuses the version.
  if (answer.status !== 400) throw failure ?? refused(target, answer.status, await answer.text(), false);
  answer.cut();
  return undefined;
}
