import type { Condition } from "../domain/condition.ts";
import type { Services } from "./route.ts";
import type { ServiceConfig } from "./schema.ts";

/** Where a key is says nothing of what it is. */
const KEY_PLACE = {
  header: "shown",
  queryParam: "shown",
  body: "shown",
  cloudEvent: "shown",
  pubSubAttribute: "shown",
} as const;

/**
 * What of a configuration may be logged or answered, field by field. A field gets out only if it is here:
 * a new one does not compile until somebody has decided, and what the type does not know stays inside.
 */
export const PUBLIC_VIEW: View<ServiceConfig> = {
  $schema: "shown",
  serviceName: "shown",
  endpoints: {
    eventKey: "shown",
    acceptedHttpMethods: "shown",
    eventToSend: "shown",
    minNbOfOccurrence: "shown",
    keepHeaders: "shown",
    redactQueryParams: "shown",
    key: KEY_PLACE,
    // Their constants may be compared with a secret in a body.
    schema: "hidden",
    filter: "hidden",
  },
  correlation: { key: KEY_PLACE, withoutKey: "shown", fixedKey: "shown" },
  // Keys and numbers only, as deep as it is.
  condition: "shown",
  trigger: { type: "shown", observationPeriod: "shown", keepEventAfterTrigger: "shown" },
  targetPubSub: { topic: "shown", format: "shown", orderingKey: "shown" },
  targets: {
    name: "shown",
    kind: "shown",
    reasons: "shown",
    topic: "shown",
    format: "shown",
    orderingKey: "shown",
    // Addresses of webhooks hold secrets in their paths.
    url: "hidden",
    headers: "hidden",
    method: "shown",
    body: "shown",
    auth: { identityToken: { audience: "shown" } },
    // Names of secrets, and no more; they need not be known either.
    signature: { secret: "hidden", previousSecret: "hidden" },
    timeoutSeconds: "shown",
    allowPrivate: "shown",
    retry: { maxAttempts: "shown", firstSeconds: "shown", longestSeconds: "shown" },
    ordered: "shown",
    reply: { topic: "shown", when: "shown" },
    deadLetter: { topic: "shown" },
  },
  deadline: { seconds: "shown", from: "shown", at: "shown", timeZone: "shown", then: "shown" },
  deadLetterPubSub: { topic: "shown" },
  receipts: { subscriptions: "shown" },
  retentionPeriod: "shown",
  cors: { origins: "shown" },
};

/** A decision on each field; on those of an object, and of the objects in a list, one by one. */
type View<T> = { readonly [Key in FieldOf<T>]-?: Decision<NonNullable<ValueOf<T, Key>>> };
/** Of one form or another: the fields of all. */
type FieldOf<T> = T extends unknown ? keyof T : never;
type ValueOf<T, Key> = T extends unknown ? (Key extends keyof T ? T[Key] : never) : never;
type Decision<T> = [T] extends [Condition]
  ? "shown" | "hidden"
  : T extends readonly (infer Item)[]
    ? Decision<Item>
    : T extends object
      ? // An object that may hold anything, such as a schema, has no fields to decide on.
        string extends keyof T
        ? "shown" | "hidden"
        : View<T>
      : "shown" | "hidden";

/** The public part of a service's configuration. */
export type PublicService = Readonly<Record<string, unknown>>;

export function publicView(service: ServiceConfig): PublicService {
  return viewed(service, PUBLIC_VIEW) as PublicService;
}

export function publicViews(services: Services): PublicService[] {
  return services.map(publicView);
}

interface Fields {
  readonly [name: string]: "shown" | "hidden" | Fields;
}

function viewed(value: unknown, view: "shown" | Fields): unknown {
  if (view === "shown") return value;
  if (Array.isArray(value)) return value.map((item) => viewed(item, view));
  if (typeof value !== "object" || value === null) return undefined;
  const fields = value as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    Object.entries(view).flatMap(([name, inner]) =>
      inner === "hidden" || fields[name] === undefined ? [] : [[name, viewed(fields[name], inner)]],
    ),
  );
}
