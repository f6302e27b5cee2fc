import { INTROSPECTION_SECRET, useFlows } from './flows.ts';
import { startKeycloak } from './keycloak.ts';
import { describeFlows } from './suite.ts';

describeFlows(
  'Keycloak',
  useFlows((resource) => startKeycloak(resource, INTROSPECTION_SECRET)),
);
