/** Where in a JSON text a value stands: what is wrong with a configuration is shown at its line. */

/** A place in the text, from 0. */
export interface TextPlace {
  readonly line: number;
  /** Offset in characters from the beginning. */
  readonly start: number;
  readonly end: number;
}

/**
 * Of each value, by its path as problems have it, such as `[0].endpoints[1].eventKey`; the empty path is the whole.
 * As far as the text is JSON: a scan that loses its way ends there.
 */
export function jsonPlaces(text: string): ReadonlyMap<string, TextPlace> {
  const places = new Map<string, TextPlace>();
  new Scan(text, places).value("");
  return places;
}

/** The place of a path, or of what is nearest around it: what is missing has none of its own. */
export function nearestPlace(
  places: ReadonlyMap<string, TextPlace>,
  path: string,
): TextPlace | undefined {
  for (let rest = path; ; rest = parentOf(rest)) {
    const place = places.get(rest);
    if (place !== undefined || rest === "") return place;
  }
}

/** The line, from 0, that a message of `JSON.parse` speaks of. */
export function lineOfSyntaxError(text: string, message: string): number {
  const [, line] = /line (\d+)/.exec(message) ?? [];
  if (line !== undefined) return Number(line) - 1;
  const [, position] = /position (\d+)/.exec(message) ?? [];
  return lineAt(text, position === undefined ? text.trimEnd().length : Number(position));
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length - 1;
}

function parentOf(path: string): string {
  return path.replace(/(?:\[\d+\]|\.?[^.[\]]+)$/, "");
}

const BLANK = /[\s,:]*/y;
const STRING = /"(?:[^"\\]|\\.)*"?/sy;
const LITERAL = /[^\s,:[\]{}"]+/y;

class Scan {
  readonly #text: string;
  readonly #places: Map<string, TextPlace>;
  #at = 0;

  constructor(text: string, places: Map<string, TextPlace>) {
    this.#text = text;
    this.#places = places;
  }

  /** @returns whether there was one */
  value(path: string): boolean {
    this.#take(BLANK);
    const start = this.#at;
    const first = this.#text[start];
    if (first === undefined || first === "]" || first === "}") return false;
    // Noted before what is in it: a text that breaks off has its beginning.
    this.#note(path, start, start + 1);
    if (first === "{") this.#members(path);
    else if (first === "[") this.#items(path);
    else if (this.#take(first === '"' ? STRING : LITERAL) === "") return false;
    this.#note(path, start, this.#at);
    return true;
  }

  #members(path: string): void {
    this.#at++;
    for (;;) {
      this.#take(BLANK);
      const name = this.#text[this.#at] === '"' ? this.#take(STRING) : "";
      if (name === "") break;
      const key = nameOf(name);
      if (!this.value(path === "" ? key : `${path}.${key}`)) break;
    }
    this.#end("}");
  }

  #items(path: string): void {
    this.#at++;
    for (let index = 0; this.value(`${path}[${String(index)}]`); index++);
    this.#end("]");
  }

  #end(bracket: string): void {
    this.#take(BLANK);
    if (this.#text[this.#at] === bracket) this.#at++;
    else this.#at = this.#text.length;
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const [found = ""] = pattern.exec(this.#text) ?? [];
    this.#at += found.length;
    return found;
  }

  #note(path: string, start: number, end: number): void {
    this.#places.set(path, { line: lineAt(this.#text, start), start, end });
  }
}

function nameOf(quoted: string): string {
  try {
    return JSON.parse(quoted) as string;
  } catch {
    return quoted.slice(1);
  }
}
