import { SYNC_DESTINATIONS, SYNC_REASONS } from "../domain/sync.ts";
import { json, type Content } from "./describe.ts";
import {
  boolean,
  count,
  eventID,
  integer,
  list,
  mapOf,
  object,
  oneOf,
  orNull,
  ref,
  text,
  time,
  told,
  yes,
} from "./shapes.ts";
import type { Schema } from "./shapes.ts";

/** What a configuration would make of events. */

const named = { service: text };
const keyed = { key: text };
const eventTimes = { firstEventAt: orNull(time), lastEventAt: orNull(time) };
const what = (kind: string): Schema => ({ const: kind });
const entry = told("Its number, from 1.", integer(1));
const sent = { at: time, entry, service: text, eventKey: text };
const because = told("In words.", text);

const counts = {
  events: count,
  refused: count,
  ignored: count,
  repeated: count,
  fired: count,
  complete: count,
  deadline: count,
  manual: count,
  expired: count,
  reset: count,
};

/** The fields of a simulation's answer. */
const simulated = {
  service: text,
  until: told("Until when time went on; `end` where nothing was left.", {
    anyOf: [time, { const: "end" }],
  }),
  summary: object({ ...counts, open: count }),
  fired: list(ref("SimulatedSync")),
  open: list(ref("SimulatedWindow")),
  expired: list(ref("SimulatedExpiry")),
  ignored: list(
    object({ what: what("ignored"), ...sent, event: text, reason: text }, { detail: text }),
  ),
  refused: list(
    object(
      { what: what("refused"), ...sent, status: integer(400, 599), code: text, because },
      { failures: list(ref("Failure")) },
    ),
  ),
  others: list({
    anyOf: [
      object({ what: what("repeated"), ...sent, event: text }),
      object({ what: what("reset"), at: time, ...named, dropped: count }, keyed),
      object({ what: what("nothing"), at: time, ...named, because }, keyed),
    ],
  }),
};
const left = { idsLeftOut: told("Of the last syncs the ids of their events are left out.", yes) };

export const simulationSchemas = {
  SimulationEntry: told(
    "A request that would be an event; with `action` a reset or a manual trigger.",
    {
      anyOf: [
        object(
          {
            at: told("RFC 3339, or epoch milliseconds.", { anyOf: [time, integer(0)] }),
            eventKey: { type: "string", minLength: 1 },
          },
          {
            service: { type: "string", minLength: 1 },
            id: { type: "string", minLength: 1 },
            method: { type: "string", minLength: 1 },
            headers: ref("Pairs"),
            query: { anyOf: [text, ref("Pairs")] },
            body: told("A text as it is, all else as JSON.", {}),
            key: told("In place of what the configuration reads.", {
              type: "string",
              minLength: 1,
            }),
          },
        ),
        object(
          {
            at: { anyOf: [time, integer(0)] },
            action: oneOf(["reset", "trigger"]),
          },
          { service: { type: "string", minLength: 1 }, key: { type: "string", minLength: 1 } },
        ),
      ],
    },
  ),
  Pairs: told("Texts by name, or lists of them.", mapOf({ anyOf: [text, list(text)] })),
  SimulatedSync: object(
    {
      what: what("fired"),
      at: time,
      ...named,
      reason: oneOf(SYNC_REASONS),
      complete: boolean,
      destination: oneOf(SYNC_DESTINATIONS),
      eventID,
      numberOfEvents: count,
      events: told("The ids of its events by endpoint, oldest first.", mapOf(list(text))),
      missing: told("In words.", orNull(text)),
      firstEventAt: orNull(time),
      because,
    },
    { ...keyed, deadlineAt: time, again: told("It is a sync already.", yes) },
  ),
  SimulatedWindow: object(
    {
      what: what("open"),
      ...named,
      ...eventTimes,
      expiresAt: orNull(time),
      deadlineAt: orNull(time),
      endpoints: list(
        object({ eventKey: text, have: count, need: count, satisfied: boolean, ...eventTimes }),
      ),
      missing: told("In words; null if nothing is.", orNull(text)),
    },
    keyed,
  ),
  SimulatedExpiry: object(
    {
      what: what("expired"),
      at: time,
      ...named,
      numberOfEvents: count,
      events: told("How many by endpoint.", mapOf(count)),
      firstEventAt: time,
      lastEventAt: time,
      because,
    },
    keyed,
  ),
};

/** A configuration in a body: as an object, a list of services, or the text of one. */
export const proposed: Schema = told(
  "The configuration that is proposed, as an object, a list or text. Where it is not set, the one in effect.",
  { anyOf: [ref("Service"), list(ref("Service"), { minItems: 1 }), text] },
);

export const simulationAnswer: Content = json("What would happen.", object(simulated, left));

export const replayAnswer: Content = json(
  "What would have happened.",
  object(
    {
      ...simulated,
      from: time,
      to: time,
      read: told("Events that were read.", count),
      cutAt: told("Events before that were left out.", orNull(time)),
      resets: count,
    },
    left,
  ),
);

export const SIMULATION_CODES = [
  "invalid-body",
  "refused-configuration",
  "simulation-too-large",
  "unreadable-body",
  "event-too-large",
] as const;
