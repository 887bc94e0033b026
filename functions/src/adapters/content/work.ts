import { isCelList, isCelMap, type CelEnv, type CelFunc, type CelValue } from "@bufbuild/cel";
import { SPEND } from "./expression.ts";

/**
 * How much work an evaluation may take: about two microseconds each. Bodies come from strangers, and an
 * expression that is quick on one may take hours on another.
 */
export const MAX_WORK = 500_000;

/** What is left for one evaluation. */
export class Meter {
  #left = MAX_WORK;

  reset(): void {
    this.#left = MAX_WORK;
  }

  /** @throws Error when nothing is left */
  spend(work: number): void {
    this.#left -= work;
    if (this.#left < 0) throw new Error("the expression takes too long on this event");
  }
}

type Functions = CelEnv["funcs"];
type Called = NonNullable<ReturnType<Functions["find"]>>;

/** The functions of CEL, each of which counts its work before it does it. */
export function meteredFunctions(functions: Functions, meter: Meter): Functions {
  return {
    [Symbol.iterator]: () => functions[Symbol.iterator](),
    find(name: string): Called | undefined {
      if (name === SPEND)
        return asCalled(SPEND, (_id, _target, args) => {
          const [value] = args;
          meter.spend(isCelList(value) || isCelMap(value) ? 1 + value.size : 1);
          return value;
        });
      const found = functions.find(name);
      if (found === undefined) return undefined;
      return asCalled(name, (id, target, args) => {
        spendOn(name, target === undefined ? args : [target, ...args], meter);
        return found.call(id, target, args);
      });
    },
  } as Functions;
}

function asCalled(name: string, call: CelFunc["call"]): Called {
  return { name, call } as Called;
}

/** Characters that a function copies or compares in the time of one step. */
const CHARACTERS = 64;
/** Comparisons of characters in that time, where a text is looked for in another. */
const COMPARISONS = 50_000;
/** Longest text that a function takes whose work is not known here, such as a conversion. */
const MAX_OPERAND = 1000;
/** Making a formatter for a time zone. */
const TIME_ZONE_WORK = 2000;

function spendOn(name: string, values: readonly CelValue[], meter: Meter): void {
  const [left, right] = values;
  switch (name) {
    case "_==_":
    case "_!=_":
    case "@in":
      // Of two values only what both have is compared; an element in a map is looked up.
      for (const value of values)
        if (!(name === "@in" && isCelMap(value))) spendOnAll(value, meter);
      return;
    case "_+_":
      meter.spend(1 + sizeOf(left) + sizeOf(right));
      return;
    case "size":
      meter.spend(1 + (typeof left === "string" ? left.length / 16 : 0));
      return;
    case "contains":
      meter.spend(1 + (sizeOf(left) * sizeOf(right) * CHARACTERS * CHARACTERS) / COMPARISONS);
      return;
    case "matches":
      meter.spend(1 + (typeof left === "string" ? left.length / 2 : 0));
      return;
    case "_<_":
    case "_<=_":
    case "_>_":
    case "_>=_":
    case "startsWith":
    case "endsWith":
    case "string":
    case "bytes":
    case "!_":
      meter.spend(1 + sizeOf(left) + sizeOf(right));
      return;
    default:
      for (const value of values) {
        if (typeof value === "string" && value.length > MAX_OPERAND) {
          throw new Error(`${name}: the text is longer than ${String(MAX_OPERAND)} characters`);
        }
      }
      meter.spend(/^get[A-Z]/.test(name) && values.length > 1 ? TIME_ZONE_WORK : 1);
  }
}

/** What it takes to go over a value's top level. */
function sizeOf(value: CelValue | undefined): number {
  if (typeof value === "string" || value instanceof Uint8Array) return value.length / CHARACTERS;
  return isCelList(value) || isCelMap(value) ? value.size : 0;
}

/** What it takes to go over all of it. */
function spendOnAll(value: CelValue | undefined, meter: Meter): void {
  meter.spend(1 + sizeOf(value));
  if (isCelList(value)) for (const element of value) spendOnAll(element, meter);
  if (isCelMap(value)) for (const [, member] of value) spendOnAll(member, meter);
}
