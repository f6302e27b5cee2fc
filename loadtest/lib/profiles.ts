/** How hard and how long a scenario runs. Durations in seconds. */
export interface Profile {
  readonly warmUp: number;
  readonly duration: number;
  /** Calls per second of the scenarios with a fixed rate. */
  readonly rate: number;
  /** Clients of the scenarios that call as fast as they are answered. */
  readonly clients: number;
  /** Sessions of the scenarios that count bytes. */
  readonly sessions: number;
}

const PROFILES: Readonly<Record<string, Profile>> = {
  smoke: { warmUp: 3, duration: 10, rate: 100, clients: 16, sessions: 2_000 },
  load: { warmUp: 10, duration: 30, rate: 500, clients: 32, sessions: 100_000 },
  stress: { warmUp: 5, duration: 60, rate: 1_500, clients: 128, sessions: 100_000 },
  soak: { warmUp: 10, duration: 3_600, rate: 200, clients: 16, sessions: 100_000 },
};

export function profileNamed(name: string): Profile {
  const profile = PROFILES[name];
  if (profile === undefined)
    throw new Error(`PROFILE=${name} is unknown. Use one of ${Object.keys(PROFILES).join(', ')}.`);
  return profile;
}
