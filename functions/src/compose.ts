import { randomBytes } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { cloudLog, tellingLog } from "./adapters/log.ts";
import { spareDomains } from "./adapters/spareDomains.ts";
import type { ContentRules } from "./adapters/content/contentRules.ts";
import type { Documents } from "./adapters/firestore/documents.ts";
import type { HttpAttempts } from "./adapters/targets/http/httpAttempts.ts";
import type { Invocation } from "./adapters/telemetry/spans.ts";
import type { Telemetry } from "./adapters/telemetry/telemetry.ts";
import type { Simulations } from "./adapters/simulate/simulations.ts";
import type { Engine } from "./app/engine.ts";
import type { Deliverer } from "./app/delivery/deliverer.ts";
import type { CallTarget } from "./app/delivery/parts.ts";
import type { AskedLog } from "./app/delivery/readLog.ts";
import type { AskedRates } from "./app/tellRates.ts";
import type { Alarm, AlarmClock, Log, Publisher, TimesOfDay } from "./app/ports.ts";
import type { DeliveryPorts, TargetId, WakeUp, WakeUpClock } from "./app/ports/deliveries.ts";
import type { StoredEvents } from "./app/ports/storedEvents.ts";
import type { ConfigError } from "./config/parse.ts";
import type { Services } from "./config/route.ts";
import type { Receipt } from "./domain/receipt.ts";
import type { Rule } from "./domain/rule.ts";
import { CONFIG, DATABASE, LOCATION } from "./params.ts";

// Every function comes by here while it is loaded.
spareDomains();

/**
 * The composition root: the only place that makes clients. Everything is made on first use and once per
 * process, and what is heavy is loaded then: a function that never publishes never loads Pub/Sub.
 */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  // The promise is kept, not its result: concurrent first requests share one.
  return () => (made ??= make());
}

/** Where OpenTelemetry's own variables name a receiver; nothing of it is loaded otherwise. */
const hasReceiver = ["", "TRACES_", "METRICS_"].some(
  (signal) => (process.env[`OTEL_EXPORTER_OTLP_${signal}ENDPOINT`] ?? "").trim() !== "",
);

/** Undefined if it cannot be started, which is reported: everything else works all the same. */
const telemetry = once(async (): Promise<Telemetry | undefined> => {
  if (!hasReceiver || process.env["OTEL_SDK_DISABLED"] === "true") return undefined;
  const onFailed = (error: string): void => {
    log.warn("telemetry.failed", { error });
  };
  try {
    const { startTelemetry } = await import("./adapters/telemetry/telemetry.ts");
    return startTelemetry({ env: process.env, clock: Date.now, onFailed });
  } catch (error) {
    cloudLog.warn("telemetry.failed", { error: String(error) });
    return undefined;
  }
});

/** The log of everything here. */
export const log: Log = hasReceiver ? toldOf(cloudLog) : cloudLog;

/** Lines are counted when telemetry has started: before whoever writes them has ended. */
function toldOf(own: Log): Log {
  return tellingLog(own, (line) => {
    // Whatever becomes of that, the line is written.
    telemetry()
      .then((observer) => observer?.tell(line))
      .catch(() => undefined);
  });
}

/** Runs the work of a function, and tells of it where somebody wants to know. */
export async function observed<T>(invocation: Invocation, work: () => Promise<T>): Promise<T> {
  const observer = hasReceiver ? await telemetry() : undefined;
  return observer === undefined ? work() : observer.invocation(invocation, work);
}

/**
 * The services as configured.
 *
 * @throws ConfigError each time, if the configuration is refused: then nothing serves
 */
export const services = once(async (): Promise<Services> => {
  const [{ parseConfig, ConfigError }, { publicViews }] = await Promise.all([
    import("./config/parse.ts"),
    import("./config/publicView.ts"),
  ]);
  try {
    const { services: parsed, ignored } = parseConfig(CONFIG.value());
    for (const { path: key, ...nearest } of ignored) {
      log.warn("configuration.keyIgnored", { key, ...nearest });
    }
    log.info("configuration.loaded", { services: publicViews(parsed) });
    return parsed;
  } catch (error) {
    if (error instanceof ConfigError) logRefused(error);
    throw error;
  }
});

function logRefused({ problems, report }: ConfigError): void {
  log.error("configuration.refused", { problems, report });
}

/** The page of the console, beside what is compiled. */
export const consolePage = once(async () => {
  const { loadConsolePage } = await import("./adapters/consolePage.ts");
  return loadConsolePage(new URL("console.html", import.meta.url));
});

/**
 * What the endpoints ask of content, besides its being stored; undefined if none asks anything: what it
 * takes to know is loaded only then.
 *
 * @throws ConfigError each time, if a schema or a filter is refused
 */
export const contentRules = once(async (): Promise<ContentRules | undefined> => {
  const all = await services();
  const endpoints = all.flatMap((service) => service.endpoints);
  const hasSchema = endpoints.some(({ schema }) => schema !== undefined);
  const hasFilter = endpoints.some(({ filter }) => filter !== undefined);
  if (!hasSchema && !hasFilter) return undefined;
  const [{ ContentRules }, { ConfigError }, schemas, filters] = await Promise.all([
    import("./adapters/content/contentRules.ts"),
    import("./config/parse.ts"),
    hasSchema ? import("./adapters/content/bodySchema.ts") : undefined,
    hasFilter ? import("./adapters/content/filter.ts") : undefined,
  ]);
  try {
    return new ContentRules(all, { ...schemas, ...filters });
  } catch (error) {
    if (error instanceof ConfigError) logRefused(error);
    throw error;
  }
});

const documents = once(async (): Promise<Documents> => {
  const [{ Firestore }, { firestoreDocuments }] = await Promise.all([
    import("@google-cloud/firestore"),
    import("./adapters/firestore/firestoreDocuments.ts"),
  ]);
  return firestoreDocuments(new Firestore({ databaseId: DATABASE.value() }));
});

const stores = once(async () => {
  const [{ makeStorePorts }, asked] = await Promise.all([
    import("./adapters/firestore/ports.ts"),
    documents(),
  ]);
  return makeStorePorts(asked, log);
});

/** How to call all functions: loaded by the first who asks. */
export const openApi = once(async () => (await import("./openapi/document.ts")).openApiDocument());

const newId = (): string => randomBytes(12).toString("hex");

/** The use cases, on Firestore and Pub/Sub. */
export const engine = once(async (): Promise<Engine> => {
  const [{ makeEngine }, ports] = await Promise.all([import("./app/engine.ts"), stores()]);
  return makeEngine({
    ...ports,
    publisher: lazyPublisher,
    alarmClock: lazyAlarmClock,
    timesOfDay,
    deliverer,
    clock: Date.now,
    newId,
    log,
  });
});

/** What is kept of deliveries; only services with targets have any. */
export const deliveryPorts = once(async (): Promise<DeliveryPorts> => {
  const [{ makeDeliveryPorts }, asked] = await Promise.all([
    import("./adapters/firestore/deliveryPorts.ts"),
    documents(),
  ]);
  return makeDeliveryPorts(asked, log);
});

const callTarget: CallTarget = async (...call) => (await httpAttempts()).attempt(...call);

const deliverer = once(async (): Promise<Deliverer> => {
  const [{ makeDeliverer }, { events }, ports] = await Promise.all([
    import("./app/delivery/deliverer.ts"),
    stores(),
    deliveryPorts(),
  ]);
  return makeDeliverer({
    ...ports,
    events,
    publisher: lazyPublisher,
    callTarget,
    wakeUps: lazyAlarmClock,
    clock: Date.now,
    newId,
    log,
  });
});

/** What somebody does about deliveries by hand. */
export const operations = once(async () => {
  const [ports, list, redrive, pause, test] = await Promise.all([
    deliveryPorts(),
    import("./app/delivery/listDeliveries.ts"),
    import("./app/delivery/redrive.ts"),
    import("./app/delivery/pauseTarget.ts"),
    import("./app/delivery/testTarget.ts"),
  ]);
  const deps = {
    ...ports,
    publisher: lazyPublisher,
    callTarget,
    wakeUps: lazyAlarmClock,
    clock: Date.now,
    newId,
    log,
  };
  return { deps, ...list, ...redrive, ...pause, ...test };
});

/** The events of a service, for whoever looks at them. */
export const storedEvents = once(async (): Promise<StoredEvents> => {
  const [{ makeStoredEvents }, asked] = await Promise.all([
    import("./adapters/firestore/storedEvents.ts"),
    documents(),
  ]);
  return makeStoredEvents(asked, log);
});

/** What somebody looks at: windows, syncs and what is in them. */
export const overview = once(async () => {
  const [asked, { events, services: states }, members, looks, syncLog, window, budget, does] =
    await Promise.all([
      documents(),
      stores(),
      storedEvents(),
      import("./adapters/firestore/windowLooks.ts"),
      import("./adapters/firestore/syncLog.ts"),
      import("./adapters/firestore/window.ts"),
      import("./app/messageBudget.ts"),
      import("./app/operate/overview.ts"),
    ]);
  return does.makeOverview({
    events,
    services: states,
    storedEvents: members,
    // Who looks at a large window reads no more of it than it takes.
    window: window.makeWindow(asked, log, { scanPage: does.SCAN_PAGE }),
    looks: looks.makeWindowLooks(asked, log),
    syncLog: syncLog.makeSyncLog(asked, log),
    deliveries: deliveryPorts,
    publisher: lazyPublisher,
    budget: new budget.MessageBudget(),
    timesOfDay,
    clock: Date.now,
    log,
  });
});

/** What a configuration would make of events: loaded only where somebody asks. */
export const simulations = once(async (): Promise<Simulations> => {
  const { makeSimulations } = await import("./adapters/simulate/simulations.ts");
  return makeSimulations({
    services,
    timesOfDay,
    clock: Date.now,
    stored: async () => {
      const [events, { services: states }] = await Promise.all([storedEvents(), stores()]);
      return { storedEvents: events, services: states };
    },
  });
});

/** Receipts, and what they come to. */
export const rates = once(async () => {
  const [store, { makeReceipts }, { noteReceipts }, { tellRates }] = await Promise.all([
    documents(),
    import("./adapters/firestore/receipts.ts"),
    import("./app/noteReceipts.ts"),
    import("./app/tellRates.ts"),
  ]);
  const deps = {
    receipts: makeReceipts(store),
    deliveries: async () => (await deliveryPorts()).deliveries,
    clock: Date.now,
    log,
  };
  return {
    note: (rule: Rule, reported: readonly Receipt[]) => noteReceipts(deps, rule, reported),
    tell: (rule: Rule, asked: AskedRates) => tellRates(deps, rule, asked),
  };
});

/** The logs of pull targets. */
export const logs = once(async () => {
  const [{ events }, ports, { followLog, readLog }, { MessageBudget }] = await Promise.all([
    stores(),
    deliveryPorts(),
    import("./app/delivery/readLog.ts"),
    import("./app/messageBudget.ts"),
  ]);
  const deps = {
    ...ports,
    events,
    budget: new MessageBudget(),
    clock: Date.now,
    log,
    pause: (ms: number) => setTimeout(ms),
  };
  return {
    read: (id: TargetId, asked: AskedLog) => readLog(deps, id, asked),
    follow: (id: TargetId, asked: AskedLog, untilMs: number) => followLog(deps, id, asked, untilMs),
  };
});

const pubSubClient = once(async () => {
  const { PubSub } = await import("@google-cloud/pubsub");
  return new PubSub();
});

const pubSubPublisher = once(async () => {
  const [{ makePublisher }, client] = await Promise.all([
    import("./adapters/pubsub/publisher.ts"),
    pubSubClient(),
  ]);
  const publisher = makePublisher(client);
  return (await telemetry())?.publisher(publisher) ?? publisher;
});

const lazyPublisher: Publisher = {
  publish: async (publication) => (await pubSubPublisher()).publish(publication),
};

const replyPublisher = once(async () => {
  const [{ makeReplyPublisher }, client] = await Promise.all([
    import("./adapters/pubsub/replyPublisher.ts"),
    pubSubClient(),
  ]);
  return makeReplyPublisher(client);
});

/**
 * What it takes to call servers: loaded by the first delivery over HTTP. Secrets that are missing are
 * reported then; what needs them waits.
 */
export const httpAttempts = once(async (): Promise<HttpAttempts> => {
  const [{ makeHttpAttempts, secretsProblem }, { secretsOf }, all, observer] = await Promise.all([
    import("./adapters/targets/http/httpAttempts.ts"),
    import("./domain/target.ts"),
    services(),
    telemetry(),
  ]);
  const attempts = makeHttpAttempts({
    // Not a parameter: firebase-tools would ask everybody for its value, also who needs none.
    secrets: process.env["SECRETS"],
    metadataHost: process.env["GCE_METADATA_HOST"],
    publishReply: async (reply) => (await replyPublisher())(reply),
    clock: Date.now,
    random: Math.random,
    observer,
  });
  const names = secretsOf(all.flatMap(({ targets = [] }) => targets));
  const problem = await secretsProblem(attempts.secrets, names);
  if (problem !== undefined) log.error("secrets.missing", problem);
  return attempts;
});

const taskAlarmClock = once(async () => {
  const [{ initializeApp }, { makeAlarmClock }] = await Promise.all([
    import("firebase-admin/app"),
    import("./adapters/tasks/alarmClock.ts"),
  ]);
  // By a name of its own: others of this process are not ours.
  const app = initializeApp(undefined, "eventsync");
  return makeAlarmClock(app, `locations/${LOCATION.value()}/functions/alarm`);
});

const lazyAlarmClock: AlarmClock & WakeUpClock = {
  set: async (alarm: Alarm | WakeUp) => (await taskAlarmClock()).set(alarm),
};

const timesOfDay: TimesOfDay = async (at, timeZone) => {
  const zones = await import("./adapters/timeOfDay.ts");
  return zones.timesOfDay(at, timeZone);
};

/** Whether this process serves the function of that name, rather than being asked what there is. */
export function serves(functionName: string): boolean {
  return process.env["FUNCTION_TARGET"] === functionName;
}
