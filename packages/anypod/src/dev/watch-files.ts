import { type FSWatcher, watch } from 'node:fs';
import { dirname, join } from 'node:path';

/** Saving in an editor changes a file several times, and one command may change many. */
const QUIET_MS = 100;
const SOURCE = /\.([cm]?[jt]s|json|wasm|node)$/;

/** Watches files that may come, go and be replaced, as editors and git do. */
export interface FileWatch {
  /** Watches these files too. */
  add(files: readonly string[]): void;
  /** Whether a change of any other source in the same directories counts too: one that could not be loaded may need it. */
  wide: boolean;
  close(): void;
}

/** Calls `onChange` with the changed files, once they have been left alone for a moment. */
export function watchFiles(onChange: (files: readonly string[]) => void): FileWatch {
  const files = new Set<string>();
  const directories = new Map<string, FSWatcher>();
  const changed = new Set<string>();
  let quiet: NodeJS.Timeout | undefined;

  function note(file: string): void {
    if (!files.has(file) && !(result.wide && SOURCE.test(file))) return;
    changed.add(file);
    clearTimeout(quiet);
    quiet = setTimeout(() => {
      const all = [...changed];
      changed.clear();
      onChange(all);
    }, QUIET_MS);
  }

  /** A directory and not its files, because a file that is replaced is another one. */
  function watchDirectory(directory: string): void {
    if (directories.has(directory)) return;
    const watcher = watch(directory, (_event, name) => name !== null && note(join(directory, name)));
    watcher.on('error', () => watcher.close());
    directories.set(directory, watcher);
  }

  const result: FileWatch = {
    wide: false,
    add(more) {
      for (const file of more) {
        files.add(file);
        watchDirectory(dirname(file));
      }
    },
    close() {
      clearTimeout(quiet);
      for (const watcher of directories.values()) watcher.close();
    },
  };
  return result;
}
