import { shortId } from '../../core/session/session-name.ts';
import type { SessionDetails, SessionFacts } from '../../core/store/inspection.ts';
import { durationText, fitText, tableText } from './table.ts';

/** The session with the beginning of its id only. */
export function withoutId<S extends { readonly id: string }>(session: S): S {
  return { ...session, id: shortId(session.id) };
}

/** The same with its details; names of streams are no secret. */
export const detailsWithoutId = (session: SessionDetails): SessionDetails => withoutId(session);

const WIDEST = 40;
const COLUMNS = ['SESSION', 'REVISION', 'CLIENT', 'PRINCIPAL', 'AGE', 'EXPIRES', 'PODS', 'STATE'];

export function sessionsText(sessions: readonly SessionFacts[]): string {
  const now = Date.now();
  const rows = sessions.map(({ id, revision, transport, client, principal = '-', createdAt, ...rest }) => [
    shortId(id),
    transport === 'sse' ? `${revision || 'new'} sse` : revision,
    fitText(client, WIDEST),
    fitText(principal, WIDEST),
    durationText(now - createdAt),
    durationText(rest.expiresInMs),
    rest.pods.join(' ') || '-',
    `${rest.stateBytes} B`,
  ]);
  return tableText(COLUMNS, rows);
}

export function detailsText(session: SessionDetails): string {
  const { logLevel = '-', subscriptions, questions, standingPod = '-', standingMessages, streams, hash } = session;
  const facts: [string, string][] = [
    ...(hash === undefined ? [] : [['in logs and traces', hash] as [string, string]]),
    ['log level', logLevel],
    ['subscriptions', String(subscriptions)],
    ['open questions', String(questions)],
    ['standing stream', `${standingMessages} messages; last held by ${standingPod}`],
  ];
  const rows = streams.map(({ stream, owner, events, bytes, done, runs }) => [
    stream,
    done ? 'ended' : 'running',
    owner,
    String(events),
    `${bytes} B`,
    String(runs),
  ]);
  return [
    sessionsText([session]),
    '',
    ...facts.map(([name, value]) => `${name.padEnd(20)}${value}`),
    '',
    rows.length === 0 ? 'no streams' : tableText(['STREAM', 'STATE', 'POD', 'EVENTS', 'SIZE', 'RUNS'], rows),
  ].join('\n');
}
