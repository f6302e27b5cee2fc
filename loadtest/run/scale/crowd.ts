import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const PROGRAM = join(import.meta.dirname, 'crowd-process.ts');
/** Each is a connection of its process, which has other files too. */
const STREAMS_PER_PROCESS = 15_000;
const LOOK_MS = 200;

export type CrowdRequest =
  | { readonly kind: 'join'; readonly ports: readonly number[]; readonly sessions: readonly string[] }
  | { readonly kind: 'look' | 'absences' | 'forget' };

/** What the streams of a process have met. */
export interface CrowdReport {
  /** Streams that are open now. */
  readonly open: number;
  /** Requests for a stream that got none, since the beginning. */
  readonly refused: number;
  /** Messages on all streams, and on the streams with the most and the fewest, since they were forgotten. */
  readonly messages: number;
  readonly most: number;
  readonly least: number;
  /** How long each stream that is open again was away, since this was asked last. ms. */
  readonly absencesMs?: readonly number[];
}

/** Many clients with a standing stream each. */
export interface Crowd {
  /** Opens the standing stream of each of these sessions too, and resolves when all are open. */
  join(sessions: readonly string[]): Promise<void>;
  look(): Promise<CrowdReport>;
  /** Looks, and forgets the absences. */
  absences(): Promise<readonly number[]>;
  /** Counts messages from 0 again. */
  forgetMessages(): Promise<unknown>;
  /** Waits until `enough` of a look is true. False: it was not within `withinMs`. */
  until(enough: (report: CrowdReport) => boolean, withinMs: number): Promise<boolean>;
  close(): Promise<void>;
}

/** A crowd without members yet. Its streams go through the ports in turn. */
export function createCrowd(ports: readonly number[]): Crowd {
  const members: ChildProcess[] = [];
  const ask = async (member: ChildProcess, request: CrowdRequest): Promise<CrowdReport> => {
    const answered = once(member, 'message');
    member.send(request);
    const [report] = (await answered) as [CrowdReport];
    return report;
  };
  const askAll = async (request: CrowdRequest) => Promise.all(members.map((member) => ask(member, request)));
  const look = async () => sumOf(await askAll({ kind: 'look' }));
  return {
    async join(sessions) {
      const joining: Promise<CrowdReport>[] = [];
      for (let first = 0; first < sessions.length; first += STREAMS_PER_PROCESS) {
        const member = fork(PROGRAM);
        members.push(member);
        const part = sessions.slice(first, first + STREAMS_PER_PROCESS);
        joining.push(ask(member, { kind: 'join', ports, sessions: part }));
      }
      await Promise.all(joining);
    },
    look,
    absences: async () => (await askAll({ kind: 'absences' })).flatMap(({ absencesMs = [] }) => absencesMs),
    forgetMessages: () => askAll({ kind: 'forget' }),
    async until(enough, withinMs) {
      const latest = performance.now() + withinMs;
      while (!enough(await look())) {
        if (performance.now() > latest) return false;
        await delay(LOOK_MS);
      }
      return true;
    },
    async close() {
      await Promise.all(
        members.map(async (member) => {
          const gone = once(member, 'exit');
          member.disconnect();
          await gone;
        }),
      );
    },
  };
}

function sumOf(reports: readonly CrowdReport[]): CrowdReport {
  const sum = (name: 'open' | 'refused' | 'messages') => reports.reduce((total, report) => total + report[name], 0);
  return {
    open: sum('open'),
    refused: sum('refused'),
    messages: sum('messages'),
    most: Math.max(...reports.map(({ most }) => most)),
    least: Math.min(...reports.map(({ least }) => least)),
  };
}
