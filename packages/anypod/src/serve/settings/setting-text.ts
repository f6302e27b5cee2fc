import { readFileSync } from 'node:fs';
import type { Setting } from './setting.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Where the text of a setting is from, by the name that a problem gives it; `text` is undefined where nothing is set. */
export type SettingText = { readonly name: string; readonly text: unknown } | { readonly problem: string };

/** The variable with the name of the file that a setting may be in. */
export function fileVariable({ env }: Pick<Setting, 'env'>): string {
  return `${env}_FILE`;
}

/**
 * The text of a setting: its flag, else its variable, else the file that its `_FILE` variable names. An empty variable counts as absent, because charts
 * and compose files omit a value so. Files and Secrets often end with a line break that nobody wanted, so it is removed where a value may be in one.
 */
export function textOf(setting: Setting, flag: unknown, env: Environment): SettingText {
  const clean = (text: string) => (setting.fromFile ? text.replace(/^\uFEFF?[\r\n]+|[\r\n]+$/g, '') : text);
  if (flag !== undefined) return { name: setting.flag, text: typeof flag === 'string' ? clean(flag) : flag };
  const text = clean(env[setting.env] ?? '') || undefined;
  const file = setting.fromFile ? env[fileVariable(setting)] : undefined;
  if (!file) return { name: setting.env, text };
  const name = fileVariable(setting);
  if (text !== undefined) return { problem: `${setting.env} and ${name}: set one of them` };
  try {
    const content = clean(readFileSync(file, 'utf8'));
    return content === '' ? { problem: `${name}: the file is empty` } : { name, text: content };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return { problem: `${name}: the file cannot be read (${code}); mount it, or let this user read it` };
  }
}

/** What is wrong around a text, where it looks right to the eye. Undefined: nothing. */
export function invisibleFault(text: string): string | undefined {
  if (/[\r\n]$/.test(text)) return 'ends with a line break';
  if (/^["'`]/.test(text)) return 'begins with a quote';
  if (/^\s/.test(text)) return 'begins with a space';
  return /\s$/.test(text) ? 'ends with a space' : undefined;
}
