/**
 * Writes dotenv files the way firebase-tools reads them. Its parser is its own: between double
 * quotes it undoes \n, \r, \t, \v, \\, \' and \", and nothing else.
 */

const ESCAPES: Record<string, string> = {
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
  "\\": "\\\\",
  '"': '\\"',
};

/**
 * Values that the parser returns unchanged when they stand without quotes: without an end of line, to
 * it also U+2028 and U+2029, after which it would see quotes or nothing.
 */
const PLAIN = /^(?!["'\s])[^#\r\n\v\u2028\u2029]*(?<![\s"'])$/;

/**
 * The text of a dotenv file that gives exactly these variables to a function.
 *
 * @throws Error for a value that firebase-tools' dotenv syntax cannot express.
 */
export function formatDotenv(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `${name}=${formatValue(name, value)}\n`)
    .join("");
}

function formatValue(name: string, value: string): string {
  if (value !== "" && PLAIN.test(value)) return value;
  // The parser takes \" for an escaped quote even where the backslash is itself escaped, so a
  // quoted value that ends in a backslash would run on into the next line.
  if (value.endsWith("\\")) {
    throw new Error(`${name} cannot be written to a .env file: it ends with a backslash.`);
  }
  return `"${value.replaceAll(/[\n\r\t\v\\"]/g, (character) => ESCAPES[character] ?? character)}"`;
}
