/** What must hold after the platform has settled, whatever happened before. */
import { hash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";

import { timesOfDay } from "../../src/adapters/timeOfDay.ts";
import { DEADLINE_GRACE_MS, deadlineOf, type NextTime } from "../../src/domain/deadline.ts";
import { Replay } from "../../src/domain/replay.ts";
import type { Rule } from "../../src/domain/rule.ts";
import { closings, inOrder, satisfies } from "../reference.ts";
import type { Ledger, LedgerEvent, LedgerSync } from "./ledger.ts";
import type { Received } from "../inbox.ts";
import { judgeVisible, type KnownReset } from "./visible.ts";

export interface Evidence {
  readonly rule: Rule;
  readonly ledger: Ledger;
  /** Every message of the service, in order of arrival. */
  readonly messages: readonly Sent[];
  /** Ids that a source was told are stored. */
  readonly accepted: Iterable<string>;
  /** The time by which windows are judged. */
  readonly nowMs: number;
  /** No instance has failed: then every sync is published exactly once. */
  readonly expectOnce?: boolean;
  /** No event became visible after a later one: then every sync holds what the reference gives it. */
  readonly isSequential?: boolean;
  /**
   * Every sync holds what the reference gives it of what was visible then; with the resets that there
   * were. Not asked if left out.
   */
  readonly resets?: readonly KnownReset[];
}

/** A message, however it came here. */
export type Sent = Pick<Received, "message" | "data" | "attributes">;

export interface Verdict {
  /** One line each; empty if everything holds. */
  readonly violations: readonly string[];
  readonly figures: Figures;
}

export interface Figures {
  readonly events: number;
  readonly syncs: number;
  readonly messages: number;
  /** Messages beyond the first of their sync. */
  readonly repeats: number;
  readonly exported: number;
  readonly pending: number;
  /** In no sync because their window, or a reset, has passed them by. */
  readonly expired: number;
  /** Events in more than one sync, where they may be in one only. */
  readonly inTwo: number;
  /** Events that are nowhere. */
  readonly lost: number;
}

/** `MD5("")`: the id of every sync that holds no event. */
const EMPTY_EVENT_ID = hash("md5", "");

export function judge(evidence: Evidence): Verdict {
  const { ledger, messages } = evidence;
  const fates = judgeEvents(evidence);
  const publications = judgePublications(evidence);
  return {
    violations: [
      ...fates.violations,
      ...publications.violations,
      ...ledger.syncs.flatMap((sync) => judgeSync(evidence, sync)),
      ...judgeWindow(evidence),
      ...(evidence.rule.trigger.keepEventAfterTrigger ? judgeNovelty(ledger) : []),
      ...(evidence.isSequential === true ? judgeGroups(evidence) : []),
      ...(evidence.resets === undefined || evidence.rule.trigger.keepEventAfterTrigger
        ? []
        : judgeVisible(evidence.rule, ledger, evidence.resets)),
    ],
    figures: {
      ...fates.figures,
      events: ledger.events.size,
      syncs: ledger.syncs.length,
      messages: messages.length,
      repeats: publications.repeats,
    },
  };
}

/** The exclusive lower bound of the window at the time of judgement. */
function startOf({ rule, ledger, nowMs }: Evidence): number {
  const start = nowMs - rule.trigger.observationPeriod * 1000;
  return Math.max(start, ledger.resetsMs.at(-1) ?? -Infinity);
}

type Fates = Pick<Figures, "exported" | "pending" | "expired" | "inTwo" | "lost">;

/** Each event is in one sync, pending, or expired; none is in two, none is nowhere. */
function judgeEvents(evidence: Evidence): { violations: string[]; figures: Fates } {
  const { rule, ledger, accepted } = evidence;
  const violations: string[] = [];
  const memberships = new Map<string, number>();
  for (const { endpoints } of ledger.syncs) {
    for (const id of endpoints.flatMap(({ members }) => members)) {
      memberships.set(id, (memberships.get(id) ?? 0) + 1);
      if (!ledger.events.has(id)) violations.push(`a sync names ${id}, which is no event`);
    }
  }
  for (const id of accepted) {
    if (!ledger.events.has(id)) violations.push(`${id} was accepted and is not stored`);
  }
  const start = startOf(evidence);
  const figures = { exported: 0, pending: 0, expired: 0, inTwo: 0, lost: 0 };
  for (const { id, receivedAtMs } of ledger.events.values()) {
    const syncs = memberships.get(id) ?? 0;
    const isPending = ledger.pending.has(id);
    if (syncs > 1 && !rule.trigger.keepEventAfterTrigger) {
      figures.inTwo++;
      violations.push(`${id} is in ${String(syncs)} syncs`);
    }
    if (syncs > 0) {
      figures.exported++;
      if (isPending && !rule.trigger.keepEventAfterTrigger) {
        violations.push(`${id} is in a sync and still pending`);
      }
    } else if (receivedAtMs <= start) {
      figures.expired++;
      const isReset = receivedAtMs <= (ledger.resetsMs.at(-1) ?? -Infinity);
      if (rule.deadline !== undefined && !isReset && !isPending) {
        violations.push(`${id} has expired, though its window had a deadline`);
      }
    } else if (isPending) {
      figures.pending++;
    } else if (!ledger.malformed.has(id)) {
      figures.lost++;
      violations.push(`${id} is in no sync, not pending and not expired`);
    }
  }
  return { violations, figures };
}

/** A sync has the members, in the order, and the id that the rule gives it, and is finished. */
function judgeSync({ rule, ledger }: Evidence, sync: LedgerSync): string[] {
  const violations: string[] = [];
  const complain = (what: string): void => {
    violations.push(`sync ${sync.id} ${what}`);
  };
  const isDiscarded = sync.reason === "deadline" && rule.deadline?.then === "discard";
  const final = isDiscarded ? "discarded" : "published";
  if (sync.state !== final) {
    complain(`is ${sync.state}, not ${final} (${sync.lastError ?? "no error noted"})`);
  }
  if (sync.hasNextAttempt && sync.state === final) complain(`is ${final} and still due`);
  let ids = "";
  for (const [index, endpointRule] of rule.endpoints.entries()) {
    const endpoint = sync.endpoints[index];
    const events = (endpoint?.members ?? []).map((id) => ledger.events.get(id));
    const byAge = events.toSorted(
      (a, b) =>
        (a?.receivedAtMs ?? 0) - (b?.receivedAtMs ?? 0) || ((a?.id ?? "") < (b?.id ?? "") ? -1 : 1),
    );
    for (const event of byAge) ids += event?.id ?? "";
    if (endpoint?.eventKey !== endpointRule.eventKey) complain("has other endpoints than its rule");
    if (!isDeepStrictEqual(events, byAge)) complain(`has ${endpointRule.eventKey} out of order`);
    if (events.some((event) => event?.eventKey !== endpointRule.eventKey)) {
      complain(`has events of another endpoint under ${endpointRule.eventKey}`);
    }
    if (endpoint?.numberOfEvents !== events.length) complain("counts its events wrongly");
    const isDated =
      endpoint?.firstEventMs === byAge[0]?.receivedAtMs &&
      endpoint?.lastEventMs === byAge.at(-1)?.receivedAtMs;
    if (!isDated) complain("dates its events wrongly");
  }
  const members = sync.endpoints.flatMap((endpoint) => endpoint.members);
  if (new Set(members.map((id) => ledger.events.get(id)?.key)).size > 1) {
    complain("has events of different keys");
  }
  const numberOf = (eventKey: string): number =>
    sync.endpoints.find((endpoint) => endpoint.eventKey === eventKey)?.members.length ?? 0;
  const isComplete = satisfies(rule.condition, numberOf);
  if (sync.reason === "complete" && !isComplete) complain("fired incomplete");
  if (sync.isComplete !== isComplete) complain("is wrong about being complete");
  if (sync.eventID !== hash("md5", ids)) complain("does not have the eventID of its members");
  return violations;
}

/** Every sync is published, what is published is a sync, and repeats are byte for byte the same. */
function judgePublications({ ledger, messages, expectOnce }: Evidence): {
  violations: string[];
  repeats: number;
} {
  const violations: string[] = [];
  const byEventId = Map.groupBy(messages, ({ message }) => message.eventID);
  const syncsOf = Map.groupBy(ledger.syncs, ({ eventID }) => eventID);
  for (const [eventID, group] of byEventId) {
    if (!syncsOf.has(eventID)) violations.push(`the message ${eventID} belongs to no sync`);
    if (group.some(({ attributes }) => attributes["eventID"] !== eventID)) {
      violations.push(`the message ${eventID} has another eventID in its attributes`);
    }
  }
  for (const [eventID, syncs] of syncsOf) {
    const group = byEventId.get(eventID) ?? [];
    const versions = new Set(group.map(({ data }) => data));
    // Manual syncs of an empty window share their eventID, and differ in their dates.
    const allowed = eventID === EMPTY_EVENT_ID ? syncs.length : 1;
    if (syncs.length > allowed) violations.push(`the eventID ${eventID} is of two syncs`);
    const published = syncs.filter(({ state }) => state !== "discarded").length;
    if (published < syncs.length && group.length > published) {
      violations.push(`the sync ${eventID} was discarded and published`);
    }
    if (group.length < published) violations.push(`the sync ${eventID} was not published`);
    if (versions.size > allowed) violations.push(`repeats of ${eventID} differ in content`);
    if (expectOnce === true && group.length > syncs.length) {
      violations.push(`the sync ${eventID} was published ${String(group.length)} times`);
    }
    const [first] = group;
    const [sync] = syncs;
    if (first !== undefined && sync !== undefined) violations.push(...judgeMessage(first, sync));
  }
  return { violations, repeats: messages.length - ledger.syncs.length };
}

/** The message tells what the sync holds. */
function judgeMessage({ message }: Sent, sync: LedgerSync): string[] {
  return sync.endpoints.flatMap(({ eventKey, numberOfEvents, members }) => {
    const list = message.events[eventKey];
    const sent = list?.events?.length ?? 0;
    const told = sent + (list?.truncated ?? 0);
    const isRight =
      list?.numberOfEvents === numberOfEvents &&
      (list.eventToSend !== "ALL" || told === members.length);
    return isRight ? [] : [`the message ${sync.eventID} tells ${eventKey} wrongly`];
  });
}

/** No sync is due of what is pending, in any window. */
function judgeWindow(evidence: Evidence): string[] {
  const { rule, ledger } = evidence;
  if (rule.trigger.type !== "window") return [];
  const pending = inOrder(
    [...ledger.pending].flatMap(([id, { exported }]) => {
      const event = ledger.events.get(id);
      return event === undefined ? [] : [{ ...event, exported }];
    }),
  );
  const windows = [...Map.groupBy(pending, ({ key }) => key).values()];
  return windows.flatMap((inWindow) =>
    rule.trigger.keepEventAfterTrigger
      ? judgeKeptWindow(evidence, inWindow)
      : judgeTakenWindow(evidence, inWindow),
  );
}

type Pending = LedgerEvent & { readonly exported: boolean };

/** By what is there now. */
function judgeKeptWindow(evidence: Evidence, pending: readonly Pending[]): string[] {
  const start = startOf(evidence);
  const inWindow = pending.filter(({ receivedAtMs }) => receivedAtMs > start);
  const isComplete = satisfies(
    evidence.rule.condition,
    (eventKey) => inWindow.filter((event) => event.eventKey === eventKey).length,
  );
  return isComplete && inWindow.some(({ exported }) => !exported)
    ? ["a complete window has not fired"]
    : [];
}

/** By the order of receipt: no event that is left was the last one of a window. */
function judgeTakenWindow(
  { rule, ledger, nowMs }: Evidence,
  pending: readonly Pending[],
): string[] {
  const replay = new Replay({
    rule,
    resetsMs: ledger.resetsMs,
    deadlineOf: deadlineOf(rule, nextTimeOf(rule)),
  });
  const waiting = pending.filter(
    ({ eventKey, exported, receivedAtMs }) =>
      !exported &&
      receivedAtMs <= nowMs &&
      rule.endpoints.some((endpoint) => endpoint.eventKey === eventKey),
  );
  const closed = waiting.flatMap((event) => replay.next({ ...event, size: 0, version: undefined }));
  const lastMs = waiting.at(-1)?.receivedAtMs ?? -Infinity;
  return [...closed, ...replay.openAt(Math.max(nowMs, lastMs)).closed]
    .filter(({ deadlineAtMs, reason }) => reason === "complete" || isPassed(deadlineAtMs, nowMs))
    .map(
      ({ from, reason }) => `the window from ${waiting[from]?.id ?? ""} on is ${CLOSED[reason]}`,
    );
}

const CLOSED = {
  complete: "complete, and has not fired",
  deadline: "not closed, though its deadline has passed",
} as const;

const isPassed = (deadlineAtMs = Infinity, nowMs: number): boolean =>
  deadlineAtMs + DEADLINE_GRACE_MS <= nowMs;

function nextTimeOf({ deadline }: Rule): NextTime | undefined {
  const { at, timeZone } = deadline ?? {};
  return at === undefined || timeZone === undefined ? undefined : timesOfDay(at, timeZone);
}

/** Every sync that no one asked for holds the events that a check at each one's own moment would have put into it. */
function judgeGroups({ rule, ledger, nowMs }: Evidence): string[] {
  const nameOf = (reason: string, ids: readonly string[]): string =>
    `${ids.toSorted().join(" ")}${reason === "deadline" ? " (deadline)" : ""}`;
  const made = ledger.syncs
    .filter(({ reason }) => reason !== "manual")
    .map(({ reason, endpoints }) =>
      nameOf(
        reason,
        endpoints.flatMap(({ members }) => members),
      ),
    );
  const windows = [...Map.groupBy(ledger.events.values(), ({ key }) => key).values()];
  const endMs = nowMs - DEADLINE_GRACE_MS;
  const expected = windows
    .flatMap((events) => closings(rule, inOrder(events), ledger.resetsMs, endMs))
    .map(({ ids, reason }) => nameOf(reason, ids));
  const [missing, besides] = [
    expected.filter((text) => !made.includes(text)),
    made.filter((text) => !expected.includes(text)),
  ];
  return [
    ...missing.map((text) => `no sync holds just ${text}`),
    ...besides.map((text) => `a sync holds ${text}, which is no group of the reference`),
  ];
}

/** Where events are kept, a window fires only for an event that is in no sync yet. */
function judgeNovelty({ syncs }: Ledger): string[] {
  const known = new Set<string>();
  return syncs.flatMap(({ id, reason, endpoints }) => {
    const members = endpoints.flatMap((endpoint) => endpoint.members);
    const isNew = members.some((member) => !known.has(member));
    for (const member of members) known.add(member);
    return isNew || reason === "manual" ? [] : [`sync ${id} fired without a new event`];
  });
}
