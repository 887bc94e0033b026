/** The lines of a file, or of standard input, however many there are. */
import { createReadStream } from "node:fs";

export interface Line {
  /** From 1. */
  readonly number: number;
  readonly text: string;
  /** What to call it where it is wrong. */
  readonly where: string;
}

/**
 * Lines that are not empty, as many at a time as were read at once.
 *
 * @param file `-`: standard input
 * @throws Error that says why it cannot be read
 */
export async function* readLines(file: string): AsyncGenerator<readonly Line[]> {
  const name = file === "-" ? "standard input" : file;
  const input = file === "-" ? process.stdin : createReadStream(file);
  input.setEncoding("utf8");
  let number = 0;
  const linesOf = (texts: readonly string[]): Line[] =>
    texts.flatMap((text) => {
      number++;
      if (text.trim() === "") return [];
      return [{ number, text, where: `${name}, line ${String(number)}` }];
    });
  let rest: string | undefined;
  try {
    for await (const chunk of input as AsyncIterable<string>) {
      // A byte order mark is no part of the first line.
      const text = rest === undefined ? chunk.replace(/^\ufeff/, "") : rest + chunk;
      const lines = text.split("\n");
      rest = lines.pop() ?? "";
      yield linesOf(lines);
    }
  } catch (error) {
    const { message } = error as Error;
    throw new Error(`cannot read ${name}: ${message}`, { cause: error });
  }
  yield linesOf([rest ?? ""]);
}
