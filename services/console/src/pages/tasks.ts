import type { TaskDetails, TaskFacts } from 'anypod/operate';
import { durationText, shortId } from 'anypod/operate';
import { html } from 'hono/html';
import type { Visitor } from '../access/access.ts';
import { action, facts, table } from './layout.ts';
import { ago, type Html, number, podLink, said, size, state } from './words.ts';

const COLUMNS = ['Task', 'Tool', 'State', 'Runs on', 'Principal', 'Age', 'Changed', 'Lost pods'];

/** The newest tasks. */
export function tasksView(tasks: readonly TaskFacts[], next: string | undefined): Html {
  return html`${table('Table of tasks', COLUMNS, tasks.map(rowOf), 'No tasks.')}
${next === undefined ? '' : html`<p><a href="/tasks?${new URLSearchParams({ after: next }).toString()}">Older tasks</a></p>`}`;
}

function rowOf(task: TaskFacts): Html {
  const name = shortId(task.id);
  return html`<tr><th scope="row"><a href="/tasks/${encodeURIComponent(name)}">${name}</a></th><td>${said(task.tool, 60)}</td><td>${phase(task)}</td><td>${podLink(task.pod)}</td><td>${said(task.principal, 80)}</td><td>${ago(task.createdAt)}</td><td>${ago(task.updatedAt)}</td><td>${number(task.losses)}</td></tr>`;
}

function phase({ phase: word, kind }: TaskFacts): Html {
  if (kind === 'result') return state('completed', 'calm');
  if (kind !== undefined) return state(kind === 'tool_error' ? 'tool error' : 'failed', 'bad');
  return state(word, word === 'cancelled' ? 'calm' : word === 'running' ? 'good' : 'warn');
}

/** One task. */
export function taskView(task: TaskDetails, visitor: Visitor): Html {
  const name = shortId(task.id);
  const isOver = task.phase === 'ended' || task.phase === 'cancelled';
  return html`${facts('task', [
    ['Tool', said(task.tool, 200)],
    ['State', phase(task)],
    ['Runs on', podLink(task.pod)],
    ['Principal', said(task.principal ?? 'anonymous', 300)],
    [
      'Session',
      task.session === undefined
        ? said('none: a call of 2026-07-28')
        : html`<a href="/sessions/${encodeURIComponent(shortId(task.session))}">${shortId(task.session)}</a>`,
    ],
    ['Age', ago(task.createdAt)],
    ['Changed', html`${ago(task.updatedAt)} ago`],
    ['Kept for', html`${durationText(task.expiresAt - Date.now())}`],
    ['Questions waiting', number(task.questions)],
    ['Lost pods', number(task.losses)],
    ['May run again', html`${task.rerunnable ? 'yes' : 'no'}`],
    ['Stored outcome', size(task.outcomeBytes)],
  ])}
${isOver ? '' : action(visitor, `/tasks/${encodeURIComponent(name)}/cancel`, 'Cancel this task', 'Its handler is aborted on its pod, and its client is told.')}`;
}
