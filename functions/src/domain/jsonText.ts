/**
 * Parts of a JSON text as they are written: a number keeps its digits, an object the order of its members.
 * Every function takes text that `JSON.parse` accepts, and says nothing about any other.
 */

/** The members of the object that the text is, by name; of equal names the last, as `JSON.parse` has it. */
export function membersOf(text: string): Map<string, string> {
  const members = new Map<string, string>();
  forEachPart(text, (start, end) => {
    const nameEnd = endOfValue(text, start);
    const colon = text.indexOf(":", nameEnd);
    const name = JSON.parse(text.slice(start, nameEnd)) as string;
    members.set(name, text.slice(colon + 1, end).trim());
  });
  return members;
}

/** The elements of the list that the text is. */
export function elementsOf(text: string): string[] {
  const elements: string[] = [];
  forEachPart(text, (start, end) => elements.push(text.slice(start, end).trim()));
  return elements;
}

/** Calls back for what lies between the commas of a list or an object, from its first character on. */
function forEachPart(text: string, onPart: (start: number, end: number) => void): void {
  let at = skipBlanks(text, skipBlanks(text, 0) + 1);
  while (!CLOSING.has(text[at] ?? "]")) {
    const start = at;
    while (text[at] !== "," && !CLOSING.has(text[at] ?? "]")) {
      at = OPENING.has(text[at] ?? "") ? endOfValue(text, at) : at + 1;
    }
    onPart(start, at);
    if (text[at] === ",") at = skipBlanks(text, at + 1);
  }
}

const OPENING: ReadonlySet<string> = new Set(['"', "[", "{"]);
const CLOSING: ReadonlySet<string> = new Set(["]", "}"]);

/** Where a string, a list or an object ends that begins there. */
function endOfValue(text: string, start: number): number {
  let depth = 0;
  let at = start;
  do {
    const character = text[at];
    if (character === '"') at = endOfString(text, at);
    else {
      if (character === "[" || character === "{") depth++;
      if (character === "]" || character === "}") depth--;
      at++;
    }
  } while (depth > 0 && at < text.length);
  return at;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at + 1;
}

function skipBlanks(text: string, start: number): number {
  let at = start;
  while (" \t\n\r".includes(text[at] ?? "x")) at++;
  return at;
}
