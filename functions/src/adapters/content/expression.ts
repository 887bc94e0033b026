import type { CelEnv, parse } from "@bufbuild/cel";
import { RE2JS } from "@bufbuild/re2";

/** The names that an expression may use. */
export const VARIABLES = ["method", "path", "headers", "query", "body", "attributes"] as const;
export type Variable = (typeof VARIABLES)[number];

/** A node of the tree that the library makes of an expression. */
export type Expr = NonNullable<ReturnType<typeof parse>["expr"]>;

/** What may be asked of an expression's size; what it does is counted when it runs. */
const MAX = { nodes: 500, depth: 64, loops: 2 } as const;

/** Names of types, which `type(x) == int` and the like compare with. */
const TYPES: ReadonlySet<string> = new Set(
  ["bool", "bytes", "double", "int", "list", "map", "null_type", "string", "type", "uint"].concat(
    "google.protobuf.Timestamp",
    "google.protobuf.Duration",
  ),
);

/** Operators that the library evaluates itself. */
const OPERATORS: ReadonlySet<string> = new Set(
  ["_?_:_", "_&&_", "_||_", "_[_]"].concat("@not_strictly_false", "__not_strictly_false__"),
);

/** By which a loop counts its work; no expression can name it. */
export const SPEND = "@spend";

/**
 * Checks what the grammar does not say: names, functions, patterns, size, and whether it says anything of an
 * event.
 *
 * @returns the variables that the expression uses
 * @throws Error that says what is wrong
 */
export function checkExpression(root: Expr, functions: CelEnv["funcs"]): Variable[] {
  const used = new Set<Variable>();
  let nodes = 0;
  const visit = (expr: Expr, place: Place): void => {
    if (++nodes > MAX.nodes) throw new Error(`expected at most ${String(MAX.nodes)} parts`);
    if (place.depth > MAX.depth) {
      throw new Error(`expected at most ${String(MAX.depth)} parts inside one another`);
    }
    const inside = { ...place, depth: place.depth + 1 };
    switch (expr.exprKind.case) {
      case "identExpr":
        checkName(expr.exprKind.value.name, place.names, used);
        break;
      case "selectExpr": {
        const type = dottedName(expr);
        if (type !== undefined && TYPES.has(type)) return;
        break;
      }
      case "callExpr":
        checkCall(expr, functions);
        break;
      case "structExpr": {
        const { messageName } = expr.exprKind.value;
        if (messageName !== "") throw new Error(`${messageName}: there are no such objects`);
        break;
      }
      case "comprehensionExpr": {
        const { iterVar, accuVar } = expr.exprKind.value;
        if (place.loops >= MAX.loops) {
          throw new Error(`expected at most ${String(MAX.loops)} loops inside one another`);
        }
        const names = new Set([...place.names, iterVar, accuVar]);
        for (const child of childrenOf(expr)) {
          visit(child, { ...inside, names, loops: place.loops + 1 });
        }
        return;
      }
      case "constExpr":
      case "listExpr":
      case undefined:
        break;
    }
    for (const child of childrenOf(expr)) visit(child, inside);
  };
  visit(root, { depth: 0, loops: 0, names: new Set() });
  if (used.size === 0) {
    throw new Error(`it is the same for every event: expected ${VARIABLES.join(", ")} in it`);
  }
  if (isNeverBool(root, functions)) throw new Error("its value is never true or false");
  return [...used];
}

/** Whether that shows from its outermost part; what it shows only of an event is found there. */
function isNeverBool(expr: Expr, functions: CelEnv["funcs"]): boolean {
  const { exprKind } = expr;
  switch (exprKind.case) {
    case "listExpr":
    case "structExpr":
      return true;
    case "identExpr":
      return exprKind.value.name !== "body";
    case "callExpr": {
      const { function: name, args } = exprKind.value;
      if (name === "_?_:_") return args.slice(1).every((arg) => isNeverBool(arg, functions));
      const results = [...functions].filter((one) => one.name === name).map((one) => one.result);
      return results.length > 0 && results.every((result) => !MAYBE_BOOL.has(result.name));
    }
    case "comprehensionExpr": {
      // `map` and `filter` make a list.
      const { accuInit, accuVar, result } = exprKind.value;
      const isAccu =
        result?.exprKind.case === "identExpr" && result.exprKind.value.name === accuVar;
      return isAccu && accuInit?.exprKind.case === "listExpr";
    }
    case "constExpr":
      return exprKind.value.constantKind.case !== "boolValue";
    case "selectExpr":
    case undefined:
      return false;
  }
}

const MAYBE_BOOL: ReadonlySet<string> = new Set(["bool", "dyn"]);

interface Place {
  readonly depth: number;
  /** Loops around it. */
  readonly loops: number;
  /** What they define. */
  readonly names: ReadonlySet<string>;
}

function checkName(written: string, local: ReadonlySet<string>, used: Set<Variable>): void {
  const name = written.replace(/^\./, "");
  if (local.has(written) || TYPES.has(name)) return;
  const variable = VARIABLES.find((each) => each === name);
  if (variable === undefined) {
    throw new Error(`there is no ${JSON.stringify(name)}: expected ${VARIABLES.join(", ")}`);
  }
  used.add(variable);
}

function checkCall(expr: Expr, functions: CelEnv["funcs"]): void {
  if (expr.exprKind.case !== "callExpr") return;
  const { function: name, args, target } = expr.exprKind.value;
  if (OPERATORS.has(name)) return;
  if (functions.find(name) === undefined) {
    throw new Error(`there is no function ${JSON.stringify(name)}`);
  }
  if (name !== "matches") return;
  const [pattern] = target === undefined ? args.slice(1) : args;
  const kind = pattern?.exprKind.case === "constExpr" ? pattern.exprKind.value : undefined;
  if (kind?.constantKind.case !== "stringValue") {
    throw new Error("matches: expected a pattern as text, which is checked before it is used");
  }
  checkPattern(kind.constantKind.value);
}

/** Most steps of a compiled pattern: each may take as many for a character. */
const MAX_STEPS = 500;

/** @throws Error that says what is wrong with a pattern of RE2, which takes time linear in the text */
export function checkPattern(pattern: string): RE2JS {
  const compiled = RE2JS.compile(pattern);
  const steps = compiled.re2Input.prog.numInst();
  if (steps <= MAX_STEPS) return compiled;
  throw new Error(`the pattern ${JSON.stringify(pattern.slice(0, 80))} is too large`);
}

function dottedName({ exprKind }: Expr): string | undefined {
  if (exprKind.case === "identExpr") return exprKind.value.name;
  if (exprKind.case !== "selectExpr" || exprKind.value.operand === undefined) return undefined;
  const operand = dottedName(exprKind.value.operand);
  return operand === undefined ? undefined : `${operand}.${exprKind.value.field}`;
}

function childrenOf({ exprKind }: Expr): Expr[] {
  const children = (): (Expr | undefined)[] => {
    switch (exprKind.case) {
      case "selectExpr":
        return [exprKind.value.operand];
      case "callExpr":
        return [exprKind.value.target, ...exprKind.value.args];
      case "listExpr":
        return exprKind.value.elements;
      case "structExpr":
        return exprKind.value.entries.flatMap(({ keyKind, value }) => [
          keyKind.case === "mapKey" ? keyKind.value : undefined,
          value,
        ]);
      case "comprehensionExpr": {
        const { accuInit, iterRange, loopCondition, loopStep, result } = exprKind.value;
        return [accuInit, iterRange, loopCondition, loopStep, result];
      }
      case "identExpr":
      case "constExpr":
      case undefined:
        return [];
    }
  };
  return children().filter((child) => child !== undefined);
}

/**
 * The same expression, in which each loop counts: the library has no limits of its own, and does not go
 * through a function for every turn.
 */
export function meterLoops(expr: Expr): Expr {
  for (const child of childrenOf(expr)) meterLoops(child);
  if (expr.exprKind.case !== "comprehensionExpr") return expr;
  const loop = expr.exprKind.value;
  loop.iterRange = spending(loop.iterRange);
  loop.loopCondition = spending(loop.loopCondition);
  return expr;
}

function spending(argument: Expr | undefined): Expr | undefined {
  if (argument === undefined) return undefined;
  const call = { $typeName: "cel.expr.Expr.Call", function: SPEND, args: [argument] } as const;
  return { ...argument, exprKind: { case: "callExpr", value: { ...call, args: [argument] } } };
}
