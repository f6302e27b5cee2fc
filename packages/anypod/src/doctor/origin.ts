import { type Finding, warning, well } from './finding.ts';
import { pingOf } from './sessions.ts';
import type { Visit } from './visit.ts';

/** Whether a web page of another site may call: a browser on the user's machine reaches servers that the site cannot. */
export async function probeOrigin(visit: Visit): Promise<Finding> {
  const { status, cut } = await visit.post(pingOf(visit), {}, { origin: 'https://elsewhere.invalid' });
  cut();
  const evidence = `a request with Origin: https://elsewhere.invalid was answered by ${status}`;
  if (status === 403) return well(evidence);
  return warning(evidence, 'Refuse other origins with 403 (transports, security warning), against DNS rebinding.');
}
