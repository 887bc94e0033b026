/**
 * States from which nothing is left to choose, and which were found to be as they must be: whoever comes to
 * one again knows the rest. Model checkers call that state hashing.
 *
 * Each value that is met has a number, and a state is the hash of its numbers: 160 bits, since two states
 * that shared one would hide an error.
 */
import { hash } from "node:crypto";

const MAP = 0;
const LIST = 1;
const END = 2;
const TIME = 3;

export class States {
  readonly #numbers = new Map<unknown, number>();
  readonly #good = new Set<string>();

  /** What tells a state from all others. @param state values as in JSON, and also times, bytes and symbols */
  keyOf(state: unknown): string {
    const told: number[] = [];
    this.#tell(state, told);
    return hash("sha1", Uint32Array.from(told), "base64");
  }

  has(key: string): boolean {
    return this.#good.has(key);
  }

  add(key: string): void {
    this.#good.add(key);
  }

  #tell(value: unknown, told: number[]): void {
    if (typeof value !== "object" || value === null) {
      told.push(this.#numberOf(value));
    } else if (value instanceof Date) {
      told.push(TIME, this.#numberOf(value.getTime()));
    } else if (Array.isArray(value)) {
      told.push(LIST);
      for (const item of value) this.#tell(item, told);
      told.push(END);
    } else {
      told.push(MAP);
      for (const name in value) {
        told.push(this.#numberOf(name));
        this.#tell((value as Readonly<Record<string, unknown>>)[name], told);
      }
      told.push(END);
    }
  }

  #numberOf(value: unknown): number {
    const known = this.#numbers.get(value);
    if (known !== undefined) return known;
    const number = TIME + 1 + this.#numbers.size;
    this.#numbers.set(value, number);
    return number;
  }
}
