import { html } from 'hono/html';
import type { Visitor } from '../access/access.ts';
import type { Html } from './words.ts';

const PAGES = [
  ['/', 'Pods'],
  ['/sessions', 'Sessions'],
  ['/tasks', 'Tasks'],
] as const;

export interface Layout {
  readonly title: string;
  /** The path of the page in the navigation. */
  readonly place: string;
  readonly visitor: Visitor;
  /** What is wrong, above the page. */
  readonly fault?: string | undefined;
  /** What was just done. */
  readonly done?: string | undefined;
  /** The page brings itself up to date. */
  readonly live?: boolean;
}

/** A page of the console, whole. */
export function page({ title, place, visitor, fault, done, live = false }: Layout, main: Html): Html {
  return html`<!doctype html>
<html lang="en">
${head(title, live)}
<body>
<a class="skip" href="#main">Skip to the page</a>
<header>
<p class="brand">anypod</p>
<nav aria-label="Pages"><ul>${PAGES.map(
    ([path, name]) => html`<li><a href="${path}"${path === place ? html` aria-current="page"` : ''}>${name}</a></li>`,
  )}</ul></nav>
<form class="who" method="post" action="/logout">${token(visitor)}<span>${visitor.role}</span> <button>Log out</button></form>
</header>
<main id="main" tabindex="-1">
<div class="title"><h1>${title}</h1>${live ? html`<button type="button" id="pause" hidden>Pause updates</button>` : ''}</div>
<div id="fault" data-live>${fault === undefined ? '' : html`<p class="notice bad" role="alert">${fault}</p>`}</div>
${done === undefined ? '' : html`<p class="notice good" role="status">${done}</p>`}
${main}
</main>
</body>
</html>`;
}

/** The page with the one field. */
export function loginPage(to: string, fault?: string): Html {
  return html`<!doctype html>
<html lang="en">
${head('Log in', false)}
<body class="login">
<main>
<h1>anypod console</h1>
${fault === undefined ? '' : html`<p class="notice bad" role="alert">${fault}</p>`}
<form method="post" action="/login">
<input type="hidden" name="to" value="${to}">
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required autofocus>
<button>Log in</button>
</form>
</main>
</body>
</html>`;
}

function head(title: string, live: boolean): Html {
  return html`<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · anypod</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/console.css">
${live ? html`<script src="/console.js" defer></script>` : ''}
</head>`;
}

/** The field without which a form is refused. */
function token(visitor: Visitor): Html {
  return html`<input type="hidden" name="token" value="${visitor.token}">`;
}

/** A button that first says what it does. Nothing for those who may not. */
export function action(visitor: Visitor, path: string, name: string, what: string): Html {
  if (visitor.role !== 'operator') return html``;
  return html`<details class="action"><summary>${name}…</summary>
<form method="post" action="${path}">${token(visitor)}<p>${what}</p><button class="danger">${name}</button></form>
</details>`;
}

/** A table that scrolls by itself where it is too wide. */
export function table(name: string, columns: readonly string[], rows: readonly Html[], none: string): Html {
  const body = rows.length > 0 ? rows : html`<tr><td colspan="${columns.length}" class="none">${none}</td></tr>`;
  return html`<div class="scroll" role="region" aria-label="${name}" tabindex="0"><table>
<thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
<tbody id="${name.toLowerCase().replaceAll(' ', '-')}" data-live>${body}</tbody>
</table></div>`;
}

/** Names and values. */
export function facts(name: string, pairs: readonly (readonly [string, Html])[]): Html {
  return html`<dl id="${name}" class="facts" data-live>${pairs.map(
    ([term, value]) => html`<div><dt>${term}</dt><dd>${value}</dd></div>`,
  )}</dl>`;
}
