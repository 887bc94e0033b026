import { SYNC_REASONS } from "../domain/sync.ts";
import type { HttpTarget, Target, TargetKind } from "../domain/target.ts";
import { headerNameProblem, parseHeaderValue, parseUrl } from "../domain/template.ts";
import { join } from "./normalize.ts";
import type { Problem } from "./parse.ts";
import type { GivenService } from "./schema.ts";

type GivenTarget = NonNullable<GivenService["targets"]>[number];

const TOPIC_FIELDS = ["topic", "format", "orderingKey"] as const;
const CALL_FIELDS = [
  "url",
  "method",
  "headers",
  "body",
  "auth",
  "signature",
  "timeoutSeconds",
  "allowPrivate",
  "retry",
  "ordered",
  "reply",
  "deadLetter",
] as const;

interface Fields {
  readonly required?: "topic" | "url";
  readonly own: readonly (keyof GivenTarget)[];
}

/** What a target of each kind has besides its name and its reasons. */
const FIELDS: Readonly<Record<TargetKind, Fields>> = {
  pubsub: { required: "topic", own: TOPIC_FIELDS },
  http: { required: "url", own: CALL_FIELDS },
  pull: { own: [] },
};

/** A service whose targets have their defaults. One that `checkTargets` refuses may lack something. */
export function withTargets<Service extends GivenService>({
  targets,
  ...service
}: Service): Omit<Service, "targets"> & { readonly targets?: readonly Target[] } {
  return targets === undefined ? service : { ...service, targets: targets.map(readTarget) };
}

function readTarget(given: GivenTarget): Target {
  const { name, kind, reasons = SYNC_REASONS } = given;
  const named = { name, reasons };
  switch (kind) {
    case "pubsub": {
      const { topic = "", format, orderingKey } = given;
      return {
        ...named,
        kind,
        topic,
        ...(format !== undefined && { format }),
        ...(orderingKey !== undefined && { orderingKey }),
      };
    }
    case "http":
      return { ...named, kind, ...readCall(given) };
    case "pull":
      return { ...named, kind };
  }
}

function readCall(given: GivenTarget): Omit<HttpTarget, "name" | "reasons" | "kind"> {
  const { auth, signature, retry = {}, ordered, reply, deadLetter } = given;
  return {
    url: given.url ?? "",
    method: given.method ?? "POST",
    headers: given.headers ?? {},
    body: given.body ?? "message",
    ...(auth !== undefined && { auth }),
    ...(signature !== undefined && { signature }),
    timeoutSeconds: given.timeoutSeconds ?? 10,
    allowPrivate: given.allowPrivate ?? false,
    retry: {
      maxAttempts: retry.maxAttempts ?? 20,
      firstSeconds: retry.firstSeconds ?? 5,
      longestSeconds: retry.longestSeconds ?? 14_400,
    },
    ...(ordered !== undefined && { ordered }),
    ...(reply !== undefined && {
      reply: { topic: reply.topic, when: reply.when ?? ["onSuccess"] },
    }),
    ...(deadLetter !== undefined && { deadLetter }),
  };
}

/** What is wrong with the targets of a service, besides what the schema says. */
export function checkTargets(service: GivenService, root: string): Problem[] {
  const { targets = [] } = service;
  const seen = new Map<string, string>();
  return targets.flatMap((target, index) => {
    const path = join(root, `targets[${String(index)}]`);
    const problems = [...checkFields(target, path), ...checkCall(service, target, path)];
    const earlier = seen.get(target.name);
    if (earlier === undefined) seen.set(target.name, join(path, "name"));
    else {
      const message = `expected a unique name, got “${target.name}” as at ${earlier}`;
      problems.push({ path: join(path, "name"), message });
    }
    return problems;
  });
}

function checkFields(target: GivenTarget, path: string): Problem[] {
  const { required, own } = FIELDS[target.kind];
  const foreign = [...TOPIC_FIELDS, ...CALL_FIELDS].filter(
    (field) => target[field] !== undefined && !own.includes(field),
  );
  const problems = foreign.map((field) => ({
    path: join(path, field),
    message: `expected nothing here: a target of the kind “${target.kind}” has no such field`,
  }));
  if (required === undefined || target[required] !== undefined) return problems;
  const what = required === "url" ? "a URL that begins with https://" : "the full name of a topic";
  const missing = { path: join(path, required), message: `is missing: expected ${what}` };
  return [missing, ...problems];
}

function checkCall(service: GivenService, target: GivenTarget, path: string): Problem[] {
  if (target.orderingKey === "key" && service.correlation === undefined) {
    const message = "expected “none”, or a “correlation” in the service: its events have no key";
    return [{ path: join(path, "orderingKey"), message }];
  }
  if (target.kind !== "http") return [];
  const { ordered, body, retry } = target;
  const problems: Problem[] = checkTexts(target, path);
  const note = (field: string, message: string): void => {
    problems.push({ path: join(path, field), message });
  };
  if (ordered === "key" && service.correlation === undefined) {
    note("ordered", "expected “all”, or a “correlation” in the service: its events have no key");
  }
  if (body === "event" && !relaysEach(service)) {
    note(
      "body",
      "expected “message” or “cloudevents”: “event” is for a service with one endpoint that needs one event, sends ALL, and does not keep events",
    );
  }
  const { firstSeconds = 5, longestSeconds = 14_400 } = retry ?? {};
  if (firstSeconds > longestSeconds) {
    const wanted = `at least firstSeconds (${String(firstSeconds)})`;
    note("retry.longestSeconds", `expected ${wanted}, got ${String(longestSeconds)}`);
  }
  return problems;
}

/** What is wrong with its URL and its headers, as far as that can be said before a call. */
function checkTexts(target: GivenTarget, path: string): Problem[] {
  const { url, allowPrivate = false, headers = {}, auth } = target;
  const problems: Problem[] = [];
  const read = url === undefined ? undefined : parseUrl(url, allowPrivate);
  if (read !== undefined && "problem" in read) {
    problems.push({ path: join(path, "url"), message: read.problem });
  }
  const seen = new Set<string>();
  for (const [name, value] of Object.entries(headers)) {
    const header = name.toLowerCase();
    const text = typeof value === "string" ? parseHeaderValue(value) : undefined;
    const message =
      headerNameProblem(name) ??
      (seen.has(header)
        ? "expected one header of this name, in any letter case"
        : auth !== undefined && header === "authorization"
          ? "expected no such header: the identity token is in it"
          : text !== undefined && "problem" in text
            ? text.problem
            : undefined);
    seen.add(header);
    if (message !== undefined) problems.push({ path: join(path, `headers.${name}`), message });
  }
  return problems;
}

/** Whether each event of the service is a sync of its own. */
function relaysEach({ endpoints, trigger, condition, deadline }: GivenService): boolean {
  const [endpoint, ...others] = endpoints;
  return (
    endpoint !== undefined &&
    others.length === 0 &&
    endpoint.minNbOfOccurrence === 1 &&
    endpoint.eventToSend === "ALL" &&
    trigger.type === "window" &&
    !trigger.keepEventAfterTrigger &&
    condition === undefined &&
    deadline === undefined
  );
}
