import { expect, test } from 'vitest';
import { statusAt, useFlows } from './flows.ts';
import { startHydra } from './hydra.ts';
import { describeFlows } from './suite.ts';

const flows = useFlows(startHydra);
describeFlows('Ory Hydra', flows);

test('an opaque token is judged by Hydra on a pod that asks, until it is revoked [auth.introspection]', async () => {
  const asking = await flows.startAskingPod();
  const user = await flows.open({ known: flows.idp.opaque, at: asking });
  expect(user.token.split('.').length).not.toBe(3);
  expect(await statusAt(asking, user.token)).toBe(200);
  await flows.idp.logout(flows.idp.opaque.client_id, user.provider.tokens()?.refresh_token ?? '');
  await expect.poll(() => statusAt(asking, user.token), { timeout: 30_000 }).toBe(401);
});
