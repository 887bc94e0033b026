import { celEnv, isCelError, parse, plan, type CelInput, type CelResult } from "@bufbuild/cel";
import type { AcceptedRequest } from "../../app/storeEvent.ts";
import type { NamedValues } from "../../domain/event.ts";
import type { Json } from "./content.ts";
import { checkExpression, meterLoops, type Variable } from "./expression.ts";
import { meteredFunctions, Meter } from "./work.ts";

/** What a filter says of an event. One that cannot be evaluated says why; it never counts as false. */
export type Verdict = "match" | "noMatch" | { readonly failed: string };

export type Filter = (request: AcceptedRequest, json: () => Json) => Verdict;

/** Most characters of what is said of a failure: it may quote the event. */
const MAX_DETAIL = 500;

const MAX_CHARACTERS = 2000;

/**
 * Compiles a filter: an expression in CEL over `method`, `path`, `headers`, `query`, `body` and
 * `attributes`. What it sees is what is stored: redacted values are redacted.
 *
 * @throws Error that says what is wrong with the expression
 */
export function compileFilter(text: string): Filter {
  if (text.length > MAX_CHARACTERS) {
    throw new Error(
      `expected at most ${String(MAX_CHARACTERS)} characters, got ${String(text.length)}`,
    );
  }
  const { expr } = parse(text);
  const env = celEnv();
  const used = checkExpression(expr, env.funcs);
  const meter = new Meter();
  const metered = Object.create(env, {
    funcs: { value: meteredFunctions(env.funcs, meter) },
  }) as typeof env;
  const evaluate = plan(metered, meterLoops(expr));

  return (request, json) => {
    meter.reset();
    try {
      const variables = Object.fromEntries(used.map((name) => [name, READ[name](request, json)]));
      return verdictOf(evaluate(variables));
    } catch (error) {
      return failed(error);
    }
  };
}

function verdictOf(result: CelResult): Verdict {
  if (result === true) return "match";
  if (result === false) return "noMatch";
  return failed(isCelError(result) ? result : new Error("expected true or false as its value"));
}

function failed(error: unknown): Verdict {
  const message = error instanceof Error ? error.message : String(error);
  return { failed: message.slice(0, MAX_DETAIL).toWellFormed() };
}

type Read = (request: AcceptedRequest, json: () => Json) => CelInput;

const READ: Readonly<Record<Variable, Read>> = {
  method: ({ httpMethod }) => httpMethod,
  path: ({ eventKey }) => eventKey,
  // One text for each name: repeated headers mean the same as one list (RFC 9110, section 5.2).
  headers: ({ headers }) => textsOf(headers.map(lowerCase), ", "),
  query: ({ queryParams }) => textsOf(queryParams, ","),
  body: ({ content }, json) => {
    const body = json();
    switch (body.kind) {
      case "json":
        return toInput(body.value);
      case "none":
        return content;
      case "nested":
        throw new Error("the body nests too deep");
    }
  },
  attributes: ({ attributes }, json) => {
    const pairs = Object.entries(attributes ?? pushAttributes(json()));
    return new Map(pairs);
  },
};

function lowerCase({ name, values }: NamedValues): NamedValues {
  return { name: name.toLowerCase(), values };
}

function textsOf(pairs: readonly NamedValues[], separator: string): Map<string, string> {
  return new Map(pairs.map(({ name, values }) => [name, values.join(separator)]));
}

/** Those of the message that a Pub/Sub push wraps. */
function pushAttributes(json: Json): Record<string, string> {
  const push = json.kind === "json" ? (json.value as Partial<Push> | null) : undefined;
  if (typeof push?.subscription !== "string") return {};
  return Object.fromEntries(
    Object.entries(push.message?.attributes ?? {}).filter(
      (pair): pair is [string, string] => typeof pair[1] === "string",
    ),
  );
}

interface Push {
  readonly subscription: unknown;
  readonly message: { readonly attributes?: Readonly<Record<string, unknown>> } | null;
}

/** Not objects: the library would take one with a member `$typeName` for a message of protobuf. */
function toInput(value: unknown): CelInput {
  if (Array.isArray(value)) return value.map(toInput);
  if (typeof value !== "object" || value === null) return value as CelInput;
  return new Map(Object.entries(value).map(([name, member]) => [name, toInput(member)]));
}
