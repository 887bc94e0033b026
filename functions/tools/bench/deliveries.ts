/** Deliveries: how many a second beside a bare loop of the same requests, how soon, and at what price. */
import { parseConfig } from "../../src/config/parse.ts";
import type { Services } from "../../src/config/route.ts";
import { answer, Receiver } from "../../testkit/receiver.ts";
import { measureDrains } from "./drains.ts";
import { measureDeliveryCost } from "./deliveryCost.ts";
import { measureFirstCalls } from "./firstCalls.ts";
import { measurePull } from "./pull.ts";
import type { SectionReport } from "./report.ts";
import type { Settings } from "./settings.ts";
import { PAIR } from "./server.ts";
import type { World } from "./world.ts";

export async function measureDeliveries(
  world: World,
  { effort: { deliveries: effort } }: Settings,
  progress: (text: string) => void,
): Promise<SectionReport> {
  const receiver = await Receiver.start({ behaving: answer(204) });
  try {
    const rules = rulesFor(receiver, world.topic);
    const reports: SectionReport[] = [];
    const measures = [measureDrains, measureFirstCalls, measureDeliveryCost, measurePull];
    for (const measure of measures) {
      reports.push(await measure({ world, receiver, rules, effort, progress }));
    }
    return {
      tables: reports.flatMap(({ tables }) => tables),
      bars: reports.flatMap(({ bars }) => bars),
      data: Object.assign({}, ...reports.map(({ data }) => data)) as object,
    };
  } finally {
    await receiver.stop();
  }
}

/** What each part is given. */
export interface Measuring {
  readonly world: World;
  readonly receiver: Receiver;
  readonly rules: Rules;
  readonly effort: Settings["effort"]["deliveries"];
  readonly progress: (text: string) => void;
}

export type Rules = Readonly<Record<RuleName, Services[number]>>;

const RULES = [
  "any",
  "lane",
  "lanes",
  "log",
  "topic",
  "topicAny",
  "topicLane",
  "topicLog",
] as const;
type RuleName = (typeof RULES)[number];

/** Each event is a sync, which goes to one target, to a topic, or to both. */
function rulesFor({ url }: Receiver, topic: string): Rules {
  const web = { name: "web", kind: "http", url, allowPrivate: true };
  const log = { name: "log", kind: "pull" };
  const shapes: Record<RuleName, object> = {
    any: { targets: [web] },
    lane: { targets: [{ ...web, ordered: "key" }] },
    lanes: { targets: [{ ...web, ordered: "key" }] },
    log: { targets: [log] },
    topic: { targetPubSub: { topic } },
    topicAny: { targetPubSub: { topic }, targets: [web] },
    topicLane: { targetPubSub: { topic }, targets: [{ ...web, ordered: "key" }] },
    topicLog: { targetPubSub: { topic }, targets: [log] },
  };
  const given = RULES.map((serviceName) => ({
    serviceName,
    endpoints: [{ eventKey: "only" }],
    trigger: { type: "window", observationPeriod: 3600 },
    correlation: { key: { queryParam: PAIR } },
    ...shapes[serviceName],
  }));
  const { services } = parseConfig(JSON.stringify(given));
  const all = services.map((service) => [service.serviceName, service] as const);
  return Object.fromEntries(all) as unknown as Rules;
}
