const WIDTH = 30;

/** A line that says how far something is. On a terminal it is drawn over itself. */
export interface ProgressBar {
  /** `message` is such as "12 of 60 months". Undefined: nothing is known yet. */
  show(message: string | undefined): void;
  end(): void;
}

export function createProgressBar(label: string): ProgressBar {
  const { isTTY } = process.stdout;
  let shown = '';
  return {
    show(message) {
      const [, done, total] = /^(\d+) of (\d+)/.exec(message ?? '') ?? [];
      const filled = done === undefined ? 0 : Math.round((WIDTH * Number(done)) / Number(total));
      const line = `${label}: [${'#'.repeat(filled)}${'.'.repeat(WIDTH - filled)}] ${message ?? ''}`;
      if (line !== shown) process.stdout.write(isTTY ? `\r${line}` : `${line}\n`);
      shown = line;
    },
    end() {
      if (isTTY && shown !== '') process.stdout.write('\n');
    },
  };
}
