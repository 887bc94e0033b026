/** An event, whatever it is made of. Everything in it is a stranger's text, and shown as text. */
import type { JSX } from "preact";

import type { FullEvent } from "./answers.ts";
import { Code, Facts, State } from "./parts.tsx";
import { whyIgnored } from "./words.ts";

/** Why it does not count, in words. */
export function WhyIgnored({ event }: { readonly event: FullEvent }): JSX.Element | null {
  if (event.ignored === undefined) return null;
  return (
    <p>
      <State of="ignored" /> {whyIgnored(event.ignored)}
    </p>
  );
}

/** Its content alone. */
export function EventBody({ event }: { readonly event: FullEvent }): JSX.Element {
  const text = contentOf(event);
  return (
    <>
      <WhyIgnored event={event} />
      {event["contentEncoding"] === "base64" && <p class="quiet">It is binary; shown as Base64.</p>}
      {text === "" ? (
        <p class="quiet">It has no body.</p>
      ) : (
        <Code text={text} label={`Content of the event ${event.eventId}`} />
      )}
    </>
  );
}

/** Its headers, query parameters and attributes of a CloudEvent. */
export function EventFacts({ event }: { readonly event: FullEvent }): JSX.Element {
  const lists = ["headers", "queryParams", "attributes"] as const;
  const titles = { headers: "Headers", queryParams: "Query", attributes: "CloudEvent" };
  return (
    <>
      {lists.map((name) => {
        const pairs = pairsOf(event[name]);
        if (pairs.length === 0) return null;
        return (
          <section key={name} aria-label={titles[name]}>
            <h3>{titles[name]}</h3>
            <Facts of={pairs.map(([key, value]) => ({ name: key, value }))} />
          </section>
        );
      })}
    </>
  );
}

function contentOf(event: FullEvent): string {
  const content = event["content"];
  if (content === undefined || content === null) return "";
  return typeof content === "string" ? content : JSON.stringify(content, null, 2);
}

/** As a list of names with values, or as an object. */
function pairsOf(value: unknown): [name: string, value: string][] {
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) {
    return value.map((one) => {
      const { name, values } = one as {
        readonly name: string;
        readonly values: readonly unknown[];
      };
      return [name, values.map(textOf).join(", ")];
    });
  }
  return Object.entries(value).map(([name, one]) => [
    name,
    Array.isArray(one) ? one.map(textOf).join(", ") : textOf(one),
  ]);
}

const textOf = (value: unknown): string =>
  typeof value === "string" ? value : JSON.stringify(value);
