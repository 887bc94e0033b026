/** Times, durations and numbers as people read them. */
import type { Ignored } from "./answers.ts";

const UNITS = [
  { name: "d", seconds: 86_400 },
  { name: "h", seconds: 3600 },
  { name: "min", seconds: 60 },
  { name: "s", seconds: 1 },
] as const;

/** The two largest units: `2 h 5 min`, `40 s`; whole seconds. */
export function duration(ms: number): string {
  let left = Math.max(0, Math.round(ms / 1000));
  const parts = UNITS.flatMap(({ name, seconds }) => {
    const count = Math.floor(left / seconds);
    left -= count * seconds;
    return count === 0 ? [] : [{ name, text: `${String(count)} ${name}` }];
  });
  const [first, second] = parts;
  if (first === undefined) return "0 s";
  const next = UNITS[UNITS.findIndex(({ name }) => name === first.name) + 1];
  return second !== undefined && second.name === next?.name
    ? `${first.text} ${second.text}`
    : first.text;
}

/** How long a step took: `120 ms`, `20.0 s`. */
export function took(ms: number): string {
  return ms < 1000 ? `${String(Math.round(ms))} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** What is left, as a clock shows it: `0:42`, `12:05`, `1:00:00`; days in words. */
export function countdown(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  if (seconds >= 86_400) return duration(seconds * 1000);
  const two = (value: number): string => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const rest = two(seconds % 60);
  return hours > 0 ? `${String(hours)}:${two(minutes)}:${rest}` : `${String(minutes)}:${rest}`;
}

/** After the moment that a time line begins with: `+0.0 s`, `+12.3 s`, `+2 h 5 min`. */
export function offset(ms: number): string {
  const sign = ms < 0 ? "−" : "+";
  const size = Math.abs(ms);
  return sign + (size < 60_000 ? `${(size / 1000).toFixed(1)} s` : duration(size));
}

/** The time of day, with the date where it is another day than `nowMs`'s. */
export function clock(at: string, nowMs: number): string {
  const date = new Date(at);
  const time = date.toLocaleTimeString("en-GB");
  if (date.toDateString() === new Date(nowMs).toDateString()) return time;
  return `${date.toLocaleDateString("en-GB", { day: "numeric", month: "short" })}, ${time}`;
}

export function bytes(size: number): string {
  if (size < 1000) return `${String(size)} B`;
  return size < 1_000_000
    ? `${(size / 1000).toFixed(1)} kB`
    : `${(size / 1_000_000).toFixed(1)} MB`;
}

/** Parts of a rule, as sentences. */
export function sentences(parts: readonly string[]): string {
  return parts
    .map((part) => `${part.charAt(0).toUpperCase()}${part.slice(1).replace(/[.]$/, "")}.`)
    .join(" ");
}

/** `1 event`, `1,200 events`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString("en-GB")} ${number === 1 ? one : many}`;
}

/** JSON, indented; any other text as it is. */
export function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** Why an event does not count: `no-key: No correlation key: the header “X-Order” is missing.` */
export function whyIgnored({ reason, detail }: Ignored): string {
  return detail === undefined ? reason : `${reason}: ${detail}`;
}
