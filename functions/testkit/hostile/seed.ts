/** The seed of a test, printed so that a failure can be repeated: `HOSTILE_SEED=123`. */
export function announceSeed(what: string): number {
  const given = process.env["HOSTILE_SEED"];
  const seed = given === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(given);
  process.stdout.write(`    seed of ${what}: ${String(seed)} (HOSTILE_SEED repeats it)\n`);
  return seed;
}
