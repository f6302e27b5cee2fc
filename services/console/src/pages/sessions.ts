import type { EventFacts, SessionDetails, SessionFacts, SessionPage, SessionSearch } from 'anypod/operate';
import { durationText, shortId } from 'anypod/operate';
import { html } from 'hono/html';
import type { Visitor } from '../access/access.ts';
import { action, facts, table } from './layout.ts';
import { ago, type Html, number, podLink, podLinks, said, size, state } from './words.ts';

const COLUMNS = ['Session', 'Revision', 'Client', 'Principal', 'Age', 'Ends without use', 'In memory on', 'State'];
const WAYS = { id: 'Beginning of the id', principal: 'Principal', client: 'Client' } as const;

/** The list with its search. */
export function sessionsView({ sessions, looked, next }: SessionPage, search: SessionSearch): Html {
  const newest = sessions.toSorted((one, other) => other.createdAt - one.createdAt);
  const more = next === undefined ? undefined : new URLSearchParams({ by: search.by, q: search.text, after: next });
  return html`<form class="search" role="search" method="get" action="/sessions">
<label for="by">Search by</label>
<select id="by" name="by">${Object.entries(WAYS).map(
    ([way, name]) => html`<option value="${way}"${way === search.by ? html` selected` : ''}>${name}</option>`,
  )}</select>
<label for="q">Text</label>
<input id="q" name="q" type="search" value="${search.text}" maxlength="200" autocomplete="off" spellcheck="false">
<button>Search</button>
</form>
${table('Table of sessions', COLUMNS, newest.map(rowOf), looked === 0 ? 'No sessions here.' : 'None of these sessions.')}
<p>${looked.toLocaleString('en')} sessions looked at, in no order.${
    more === undefined ? ' There are no more.' : html` <a href="/sessions?${more.toString()}">Look at more</a>`
  }</p>`;
}

function rowOf(session: SessionFacts): Html {
  const name = shortId(session.id);
  return html`<tr><th scope="row"><a href="/sessions/${encodeURIComponent(name)}">${name}</a></th><td>${revision(session)}</td><td>${said(session.client, 60)}</td><td>${said(session.principal, 80)}</td><td>${ago(session.createdAt)}</td><td>${durationText(session.expiresInMs)}</td><td>${podLinks(session.pods)}</td><td>${size(session.stateBytes)}</td></tr>`;
}

function revision({ revision: text, transport }: SessionFacts): Html {
  return html`${said(text || 'new', 20)}${transport === 'sse' ? ' HTTP+SSE' : ''}`;
}

/** How many of its newest streams the page of a session shows. */
export const STREAMS_SHOWN = 50;

/** One session: where it is, its streams, and kinds and sizes of its last messages. */
export function sessionView(session: SessionDetails, events: readonly EventFacts[], visitor: Visitor): Html {
  const name = shortId(session.id);
  const { standingPod, standingMessages, streams } = session;
  return html`${facts('session', [
    ['Revision', revision(session)],
    ['Client', said(session.client, 200)],
    ['Principal', said(session.principal ?? 'anonymous', 300)],
    ['Age', ago(session.createdAt)],
    ['Ends without use', html`${durationText(session.expiresInMs)}`],
    ['In memory on', podLinks(session.pods)],
    [
      'Standing stream',
      html`${standingPod === undefined ? 'never connected' : html`last on ${podLink(standingPod)}`}, ${standingMessages} messages kept`,
    ],
    ['Questions waiting', number(session.questions)],
    ['Subscriptions', number(session.subscriptions)],
    ['In logs and traces', said(session.hash)],
    ['Log level', said(session.logLevel)],
    ['State of the server', size(session.stateBytes)],
  ])}
${action(visitor, `/sessions/${encodeURIComponent(name)}/end`, 'End this session', 'This does what DELETE of its client does. Running calls are aborted, and the client gets 404 and must begin anew.')}
<section aria-labelledby="streams"><h2 id="streams">Streams of calls</h2>
${streams.length === STREAMS_SHOWN ? html`<p>The newest ${STREAMS_SHOWN}.</p>` : ''}
${table(
  'Table of streams',
  ['Stream', 'State', 'Runs on', 'Delivered by', 'Events', 'Size', 'Runs'],
  streams
    .toReversed()
    .map(
      ({ stream, done, owner, follower, events: count, bytes, runs }) =>
        html`<tr><th scope="row">${said(stream, 40)}</th><td>${done ? state('ended', 'calm') : state('running', 'good')}</td><td>${podLink(owner)}</td><td>${podLink(follower ?? (done ? undefined : owner))}</td><td>${number(count)}</td><td>${size(bytes)}</td><td>${number(runs)}</td></tr>`,
    ),
  'No streams. A short call has none.',
)}
</section>
<section aria-labelledby="events"><h2 id="events">Last messages</h2>
<p>Kinds and sizes only. The console shows no contents.</p>
${table(
  'Table of messages',
  ['Stream', 'Position', 'Kind', 'Size'],
  events.map(
    ({ stream, position, what, bytes }) =>
      html`<tr><th scope="row">${said(stream, 40)}</th><td>${said(position)}</td><td>${said(what, 60)}</td><td>${size(bytes)}</td></tr>`,
  ),
  'None.',
)}
</section>`;
}

/** The page that tells that no one session is meant. */
export function nothingView(why: string, back: string, list: string): Html {
  return html`<p>${why}</p><p><a href="${back}">${list}</a></p>`;
}
