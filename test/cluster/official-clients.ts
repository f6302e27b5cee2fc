import { connectV1 } from './client-v1.ts';
import { connectV2 } from './client-v2.ts';

/** The official clients that speak the 2025 era; the flows run with each. */
export const OFFICIAL_CLIENTS = [
  { label: 'client v1', connect: connectV1 },
  { label: 'client v2', connect: connectV2 },
] as const;
