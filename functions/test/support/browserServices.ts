/** The services that the browser's tests look at: what a shop waits for before it ships. */
import { PROJECT } from "./wiredServices.ts";

const topicOf = (name: string): string => `projects/${PROJECT}/topics/${name}`;
const HOUR = 3600;

/** @param port of the server that is called */
export function browserServices(port: number): readonly object[] {
  const trigger = { type: "window", observationPeriod: HOUR };
  return [
    {
      serviceName: "orders",
      trigger,
      endpoints: [
        { eventKey: "paid" },
        { eventKey: "packed", minNbOfOccurrence: 2 },
        { eventKey: "note", acceptedHttpMethods: ["PUT"] },
      ],
      condition: { all: ["paid", "packed"] },
      targetPubSub: { topic: topicOf("browser-orders") },
    },
    {
      serviceName: "parcels",
      trigger,
      endpoints: [{ eventKey: "label" }, { eventKey: "scan", minNbOfOccurrence: 20 }],
      correlation: { key: { header: "X-Parcel-Id" } },
      deadline: { seconds: HOUR / 2 },
      targetPubSub: { topic: topicOf("browser-parcels") },
    },
    {
      serviceName: "web shop",
      trigger,
      endpoints: [{ eventKey: "order" }],
      targets: [
        {
          name: "warehouse",
          kind: "http",
          url: `http://127.0.0.1:${String(port)}/warehouse`,
          allowPrivate: true,
          retry: { maxAttempts: 2, firstSeconds: 1, longestSeconds: 1 },
        },
        { name: "archive", kind: "pull" },
      ],
    },
  ];
}
