/** Where in a JSON text a value stands: what is wrong with a configuration is shown at its line. */

/** A place in the text; all from 0. */
export interface TextPlace {
  readonly line: number;
  /** Offsets in characters from the beginning. */
  readonly start: number;
  readonly end: number;
}

export interface JsonPlaces {
  /** Of each value, by its path as problems have it, such as `[0].endpoints[1].eventKey`; empty is the whole. */
  readonly byPath: ReadonlyMap<string, TextPlace>;
  /** Where the text stops being JSON; undefined if it does not. Up to there the values are known. */
  readonly brokenAt: TextPlace | undefined;
}

export function jsonPlaces(text: string): JsonPlaces {
  const scan = new Scan(text);
  const brokenAt = scan.run();
  return { byPath: scan.places, brokenAt };
}

/** The place of a path, or of what is nearest around it: what is missing has none of its own. */
export function nearestPlace({ byPath }: JsonPlaces, path: string): TextPlace | undefined {
  for (let rest = path; ; rest = parentOf(rest)) {
    const place = byPath.get(rest);
    if (place !== undefined || rest === "") return place;
  }
}

function parentOf(path: string): string {
  return path.replace(/(?:\[\d+\]|\.?[^.[\]]+|.)$/, "");
}

const BLANK = /[ \t\r\n]*/y;

const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const LITERAL = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/y;

/** The text is no JSON from here on. */
class Broken extends Error {}

class Scan {
  readonly places = new Map<string, TextPlace>();
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** @returns where the text stops being JSON */
  run(): TextPlace | undefined {
    try {
      this.#value("");
      if (this.#next() === undefined) return undefined;
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
    }
    // What is wrong at the end is wrong at what comes last.
    const at = this.#next() === undefined ? this.#text.trimEnd().length : this.#at;
    return this.#place(at, Math.min(at + 1, this.#text.length));
  }

  #value(path: string): void {
    const first = this.#next();
    const start = this.#at;
    // Noted before what is in it: a text that breaks off has its beginning.
    this.places.set(path, this.#place(start, start + 1));
    if (first === "{")
      this.#list("}", () => {
        this.#member(path);
      });
    else if (first === "[")
      this.#list("]", (index) => {
        this.#value(`${path}[${String(index)}]`);
      });
    else this.#take(first === '"' ? STRING : LITERAL);
    this.places.set(path, this.#place(start, this.#at));
  }

  #member(path: string): void {
    this.#next();
    const key = JSON.parse(this.#take(STRING)) as string;
    this.#expect(":");
    this.#value(path === "" ? key : `${path}.${key}`);
  }

  #list(end: string, item: (index: number) => void): void {
    this.#at++;
    if (this.#next() !== end) {
      item(0);
      for (let index = 1; this.#next() === ","; index++) {
        this.#at++;
        item(index);
      }
    }
    this.#expect(end);
  }

  /** The next character that is no space. */
  #next(): string | undefined {
    this.#take(BLANK);
    return this.#text[this.#at];
  }

  #expect(character: string): void {
    if (this.#next() !== character) throw new Broken();
    this.#at++;
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const [found] = pattern.exec(this.#text) ?? [];
    if (found === undefined) throw new Broken();
    this.#at += found.length;
    return found;
  }

  #place(start: number, end: number): TextPlace {
    return { line: this.#text.slice(0, start).split("\n").length - 1, start, end };
  }
}
