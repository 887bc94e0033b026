import { ERRORS, MAX_FAILURES, problemType, type ErrorCode } from "../domain/errors.ts";
import { integer, list, object, oneOf, ref, text, told, type Schema } from "./shapes.ts";

const CODES = Object.keys(ERRORS) as ErrorCode[];

/** What any request may be answered with. */
export const COMMON_CODES = [
  "malformed-path",
  "invalid-configuration",
  "internal",
  "unavailable",
  "newer-document",
] as const satisfies readonly ErrorCode[];

const rows = CODES.map((code) => {
  const { http, retry, title } = ERRORS[code];
  return `| \`${problemType(code)}\` | ${String(http)} | ${title} | ${retry} |`;
});

/** RFC 9457. */
export const problemSchemas: Readonly<Record<string, Schema>> = {
  Problem: told(
    [
      "A problem (RFC 9457). `type` says which one, and whether the same request can succeed another time: " +
        "`never`, `soon` (after `Retry-After`), or `later`, once somebody has repaired something.\n",
      "| type | status | title | again |",
      "| --- | --- | --- | --- |",
      ...rows,
    ].join("\n"),
    object(
      {
        type: oneOf(CODES.map(problemType)),
        title: oneOf([...new Set(CODES.map((code) => ERRORS[code].title))]),
        status: told("That of the answer.", integer(400, 599)),
        detail: told("What is wrong, and where.", text),
      },
      {
        failures: told(
          `Each thing that is wrong: at most ${String(MAX_FAILURES)}.`,
          list(ref("Failure"), { maxItems: MAX_FAILURES }),
        ),
      },
    ),
  ),
  Failure: object(
    { message: text },
    {
      pointer: told("Where in the JSON of the request (RFC 6901).", text),
      header: told("In which header.", text),
      path: told("Where in a configuration, such as `endpoints[1].eventKey`.", text),
    },
  ),
};

/** The answers to what is refused for one of these, by their status, as they are named in `components`. */
export function problemAnswers(codes: readonly ErrorCode[]): readonly ProblemAnswer[] {
  const sorted = CODES.filter((code) => codes.includes(code));
  return Array.from(
    Map.groupBy(sorted, (code) => ERRORS[code].http),
    ([status, those]) => ({
      status: String(status),
      name: those.join("."),
      response: problemResponse(status, those),
    }),
  );
}

export interface ProblemAnswer {
  readonly status: string;
  readonly name: string;
  readonly response: Schema;
}

function problemResponse(status: number, codes: readonly ErrorCode[]): Schema {
  const isSoon = codes.some((code) => ERRORS[code].retry === "soon");
  const headers = {
    ...(status === ERRORS["method-not-allowed"].http && { Allow: ALLOW }),
    ...(isSoon && { "Retry-After": RETRY_AFTER }),
  };
  return {
    description: codes.map((code) => `${ERRORS[code].title}.`).join(" "),
    ...(Object.keys(headers).length > 0 && { headers }),
    content: {
      "application/problem+json": {
        schema: {
          ...ref("Problem"),
          properties: { type: { enum: codes.map(problemType) }, status: { const: status } },
        },
      },
    },
  };
}

const ALLOW = { description: "The methods that there are.", required: true, schema: text };
const RETRY_AFTER = {
  description: "Seconds; only where what is in the way passes by itself.",
  schema: integer(1),
};
