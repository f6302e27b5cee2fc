import { appendFileSync } from 'node:fs';
import { browse } from '../lib/browser.ts';

/** Stands in for the browser of a user, as the variable BROWSER names one: notes that it was opened, logs in at `services/auth-server`, and comes back. */
const [page = '', notes = '', user = ''] = process.argv.slice(2);
const { page: last } = await browse(new URL(page), { answers: { login: user, password: 'any' } });
appendFileSync(notes, `${JSON.stringify({ scope: new URL(page).searchParams.get('scope'), last })}\n`);
