/** Holds standing streams for `crowd.ts`: one process may not have as many connections as a crowd has. */
import { inParallel } from '../wire.ts';
import type { CrowdReport, CrowdRequest } from './crowd.ts';
import { holdStanding, type StandingClient } from './standing-client.ts';

const AT_ONCE = 50;

const members: StandingClient[] = [];
const heard: number[] = [];
const absencesMs: number[] = [];
let refused = 0;

function join(port: number, session: string): Promise<void> {
  const member = heard.push(0) - 1;
  const client = holdStanding({
    port,
    session,
    onMessage() {
      heard[member] = (heard[member] ?? 0) + 1;
    },
    onReturn: (absentMs) => void absencesMs.push(absentMs),
    onRefused() {
      refused += 1;
    },
  });
  members.push(client);
  return client.opened;
}

function report(): CrowdReport {
  const open = members.filter((member) => member.open).length;
  const messages = heard.reduce((sum, count) => sum + count, 0);
  return { open, refused, messages, most: Math.max(0, ...new Set(heard)), least: Math.min(...new Set(heard)) };
}

async function answer(request: CrowdRequest): Promise<void> {
  if (request.kind === 'join') {
    await inParallel(request.sessions.entries(), AT_ONCE, ([index, session]) =>
      join(request.ports[index % request.ports.length] ?? 0, session),
    );
  }
  if (request.kind === 'forget') heard.fill(0);
  const absences = request.kind === 'absences' ? { absencesMs: absencesMs.splice(0) } : {};
  process.send?.({ ...report(), ...absences });
}

process.on('message', (request: CrowdRequest) => void answer(request));
process.on('disconnect', () => process.exit());
