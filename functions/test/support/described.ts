/** Every answer of an HTTP function is held against the OpenAPI document; what none was is told at the end. */
import { DescribedAnswers } from "../../testkit/openapi/described.ts";

export const described = new DescribedAnswers();

/** @param name of the function whose address `url` is; its own path where that is all of them */
export async function fetchDescribed(
  name: string,
  url: string,
  path: string,
  init: RequestInit = {},
): Promise<{ readonly status: number; readonly headers: Headers; readonly text: string }> {
  const response = await fetch(`${url}${path}`, init);
  const { status, headers } = response;
  const text = await response.text();
  checkAnswer(`${name}${path}`, init, { status, headers, text });
  return { status, headers, text };
}

/** @param path with the name of the function */
export function checkAnswer(
  path: string,
  { method = "GET", headers = {}, body }: RequestInit,
  answered: { readonly status: number; readonly headers: Headers; readonly text: string },
): void {
  described.check(
    {
      method,
      path,
      headers: Object.fromEntries(new Headers(headers)),
      body: typeof body === "string" ? body : undefined,
    },
    { ...answered, headers: Object.fromEntries(answered.headers) },
  );
}

// Of all files together: this is at their root.
after(() => {
  const unseen = described.unseen();
  if (unseen.length === 0) return;
  process.stdout.write(
    `\nDescribed in docs/openapi.json, and not among these tests' answers:\n  ${unseen.join("\n  ")}\n`,
  );
});
