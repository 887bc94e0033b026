/** A test event, as a source would send it. */
import type { JSX } from "preact";
import { useContext, useMemo, useState } from "preact/hooks";

import type { Ignored, KeyPlace, ServiceView } from "./answers.ts";
import { messageOf, sendEvent } from "./api.ts";
import { Dialog, DialogButtons, Say, Trouble } from "./parts.tsx";
import { sampleEvent } from "./sampleEvent.ts";

interface Sent {
  readonly eventId?: string;
  readonly duplicate?: boolean;
  readonly ignored?: Ignored;
  readonly key?: string;
}

interface SendProps {
  readonly service: ServiceView;
  readonly onClose: () => void;
}

export function Send({ service, onClose }: SendProps): JSX.Element {
  const say = useContext(Say);
  const [first] = service.endpoints;
  const [eventKey, setEventKey] = useState(first?.eventKey ?? "");
  const endpoint = service.endpoints.find((one) => one.eventKey === eventKey) ?? first;
  const methods = (endpoint?.acceptedHttpMethods ?? []).filter((one) => isSendable(one));
  const place = endpoint?.key ?? service.correlation?.key;
  const sample = useMemo(() => sampleOf(place), [place]);
  const [method, setMethod] = useState("POST");
  const [query, setQuery] = useState(sample.query);
  const [headers, setHeaders] = useState(sample.headers);
  const [body, setBody] = useState(sample.body);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  // Sent twice, because no answer came, it is one event all the same.
  const [name, setName] = useState(newName);
  const used = methods.includes(method) ? method : (methods[0] ?? "POST");

  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    try {
      const given = headerLines(headers);
      const isNamed = given.some(([header]) => header.toLowerCase() === "idempotency-key");
      const sent = await sendEvent<Sent>(["event", service.serviceName, eventKey], {
        method: used,
        query,
        headers: isNamed ? given : [...given, ["Idempotency-Key", name]],
        body,
      });
      onClose();
      say(wordsOf(eventKey, sent));
    } catch (error) {
      setProblem(messageOf(error));
    }
    setName(newName());
    setBusy(false);
  };

  return (
    <Dialog title="Send a test event" onClose={onClose}>
      <form onSubmit={(event) => void submit(event)}>
        <p class="quiet">
          It is stored as any other event of “{service.serviceName}”: it counts, and may complete a
          sync that its consumers get.
        </p>
        <div class="pair">
          <label>
            Endpoint
            <select
              value={eventKey}
              onChange={(event) => {
                setEventKey(event.currentTarget.value);
              }}
            >
              {service.endpoints.map((one) => (
                <option key={one.eventKey}>{one.eventKey}</option>
              ))}
            </select>
          </label>
          <label>
            Method
            <select
              value={used}
              onChange={(event) => {
                setMethod(event.currentTarget.value);
              }}
            >
              {methods.map((one) => (
                <option key={one}>{one}</option>
              ))}
            </select>
          </label>
        </div>
        {place && <p class="quiet">Its key is {wordsOfPlace(place)}.</p>}
        <label>
          Query
          <input
            type="text"
            value={query}
            placeholder="name=value&amp;…"
            onInput={(event) => {
              setQuery(event.currentTarget.value);
            }}
          />
        </label>
        <label>
          Headers, one on each line
          <textarea
            rows={2}
            value={headers}
            spellcheck={false}
            placeholder="Content-Type: application/json"
            onInput={(event) => {
              setHeaders(event.currentTarget.value);
            }}
          />
        </label>
        <label>
          Body
          <textarea
            rows={6}
            value={body}
            spellcheck={false}
            onInput={(event) => {
              setBody(event.currentTarget.value);
            }}
          />
        </label>
        <Trouble>{problem}</Trouble>
        <DialogButtons confirm="Send event" isBusy={isBusy} onClose={onClose} />
      </form>
    </Dialog>
  );
}

/** What a page may send at all. */
function isSendable(method: string): boolean {
  return !["CONNECT", "TRACE", "OPTIONS"].includes(method);
}

function newName(): string {
  return `console-${crypto.randomUUID()}`;
}

function headerLines(text: string): [name: string, value: string][] {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const colon = line.indexOf(":");
      if (colon < 1) throw new Error(`“${line}” is no header: expected “Name: value”.`);
      return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
    });
}

function sampleOf(place: KeyPlace | undefined): Record<"query" | "headers" | "body", string> {
  const { query, headers, body = { hello: "world" } } = sampleEvent(place);
  const all = [["Content-Type", "application/json"], ...headers];
  return {
    query,
    headers: all.map((header) => header.join(": ")).join("\n"),
    body: JSON.stringify(body, null, 2),
  };
}

function wordsOfPlace(place: KeyPlace): JSX.Element {
  const { header, queryParam, body, cloudEvent, pubSubAttribute } = place;
  if (header !== undefined)
    return (
      <>
        the header <code>{header}</code>
      </>
    );
  if (queryParam !== undefined)
    return (
      <>
        the query parameter <code>{queryParam}</code>
      </>
    );
  if (body !== undefined)
    return (
      <>
        in the body at <code>{body}</code>
      </>
    );
  if (cloudEvent !== undefined)
    return (
      <>
        the attribute <code>{cloudEvent}</code> of a CloudEvent
      </>
    );
  return (
    <>
      the attribute <code>{pubSubAttribute}</code> of a Pub/Sub push
    </>
  );
}

function wordsOf(eventKey: string, { eventId, duplicate, ignored, key }: Sent): string {
  if (duplicate === true) return `“${eventKey}” had come before: it is the event ${eventId ?? ""}.`;
  if (ignored)
    return `“${eventKey}” is stored, and does not count: ${ignored.detail ?? ignored.reason}.`;
  return `“${eventKey}” is stored${key === undefined ? "" : `, of key ${key}`}.`;
}
