import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { platform } from 'node:os';
import { join } from 'node:path';
import type { StoredOAuthClientInformation, StoredOAuthTokens } from '@modelcontextprotocol/client';

/** What a user has at one endpoint. */
export interface Credentials {
  /** How the authorization server knows this client. */
  readonly client?: StoredOAuthClientInformation | undefined;
  readonly tokens?: StoredOAuthTokens | undefined;
  /** The port of the registered client. Authorization servers should take any other too (RFC 8252 §7.3), and some do not. */
  readonly port?: number | undefined;
}

/** Keeps credentials over restarts, for all processes of the user. */
export interface CredentialStore {
  /** Throws a sentence if the credentials are not private. */
  read(): Credentials;
  write(credentials: Credentials): void;
}

const NOT_MINE = 0o077;

/** A file per endpoint in `directory`, which only its owner can read: mode 600 in a folder of mode 700. Windows protects the profile of the user instead. */
export function createCredentialFile(directory: string, endpoint: URL): CredentialStore {
  const name = createHash('sha256').update(endpoint.href).digest('hex').slice(0, 16);
  const path = join(directory, `${endpoint.hostname}-${name}.json`);
  return {
    read() {
      const text = readIfThere(path);
      if (text === undefined) return {};
      if (platform() !== 'win32' && (statSync(path).mode & NOT_MINE) !== 0) {
        throw new Error(`${path} holds tokens, and others can read it. Delete it and log in again.`);
      }
      try {
        return JSON.parse(text) as Credentials;
      } catch {
        return {};
      }
    },
    write(credentials) {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      // Another process may read meanwhile, and this one may end.
      const draft = `${path}.${randomUUID()}`;
      try {
        writeFileSync(draft, JSON.stringify({ endpoint: endpoint.href, ...credentials }), { mode: 0o600, flag: 'wx' });
        renameSync(draft, path);
      } catch (error) {
        rmSync(draft, { force: true });
        throw error;
      }
    },
  };
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
