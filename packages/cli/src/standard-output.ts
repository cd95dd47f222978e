import { once } from 'node:events';

// A reader that went away (`odradek consume … | head`) ends this process quietly, as it ends any Unix tool.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

/** One line of text on standard output. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Many lines on standard output, some at a time, no faster than they are taken. */
export class OutputLines {
  #waiting = '';

  async write(line: string): Promise<void> {
    this.#waiting += `${line}\n`;
    if (this.#waiting.length >= GATHERED_CHARACTERS) await this.flush();
  }

  async flush(): Promise<void> {
    const text = this.#waiting;
    this.#waiting = '';
    if (text !== '' && !process.stdout.write(text)) await once(process.stdout, 'drain');
  }
}

const GATHERED_CHARACTERS = 32 * 1024;

/** One value as a line of JSON on standard output. */
export function printJson(value: unknown): void {
  print(jsonLine(value));
}

/** JSON text. A bigint is a number where that keeps every digit, and text beyond 2^53. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) => {
    if (typeof item !== 'bigint') return item;
    return Number.isSafeInteger(Number(item)) ? Number(item) : item.toString();
  });
}

/** One line for a person on standard error. */
export function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}
