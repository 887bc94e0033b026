/** The services of the wired tests whose syncs go to a server, which the tests are. */
import { PROJECT } from "./wiredServices.ts";

const topicOf = (name: string): string => `projects/${PROJECT}/topics/${name}`;

/** In what environment variable the tests find the port that the functions call. */
export const RECEIVER_PORT = "EVENTSYNC_TEST_RECEIVER_PORT";

/** What the variable SECRETS of the functions is. */
export const TARGET_SECRETS = {
  signing: "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
  "signing-before": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
  token: "Bearer s3cret-of-the-wired-tests",
} as const;

export const TARGET_TOPICS = {
  target: topicOf("targets"),
  copy: topicOf("targets-copy"),
  answers: topicOf("targets-answers"),
  undeliverable: topicOf("targets-undeliverable"),
} as const;

/** At the path `/<service>/<name>`; it is repeated soon. */
function called(port: number, service: string, name: string, more: object = {}): object {
  return {
    name,
    kind: "http",
    url: `http://127.0.0.1:${String(port)}/${service}/${name}`,
    allowPrivate: true,
    retry: { firstSeconds: 1, longestSeconds: 1 },
    ...more,
  };
}

const ONCE = { retry: { maxAttempts: 1 } };

/** @param port of the server that is called */
export function targetServices(port: number): object[] {
  const service = (
    serviceName: string,
    targets: (to: (name: string, more?: object) => object) => object[],
    more: object = {},
  ): object => ({
    serviceName,
    endpoints: [{ eventKey: "only" }],
    trigger: { type: "window", observationPeriod: 3600 },
    targets: targets((name, more = {}) => called(port, serviceName, name, more)),
    ...more,
  });
  return [
    service(
      "targets",
      (to) => [
        to("works"),
        to("recovers"),
        to("hangs", { timeoutSeconds: 1, ...ONCE }),
        to("slow", { timeoutSeconds: 30 }),
        to("too-slow", { timeoutSeconds: 1, ...ONCE }),
        to("closes", ONCE),
        to("breaks-off"),
        to("redirects", ONCE),
        to("floods"),
        to("gone"),
        to("asks-for-time"),
        to("fails", {
          retry: { maxAttempts: 2, firstSeconds: 1 },
          deadLetter: { topic: TARGET_TOPICS.undeliverable },
        }),
        {
          name: "private",
          kind: "http",
          url: `https://localhost:${String(port)}/targets/private`,
          ...ONCE,
        },
        { name: "copy", kind: "pubsub", topic: TARGET_TOPICS.copy, format: "cloudevents" },
        { name: "log", kind: "pull" },
      ],
      { targetPubSub: { topic: TARGET_TOPICS.target } },
    ),
    service("sent", (to) => [
      to("event", { body: "event", method: "PUT" }),
      to("cloudevent", { body: "cloudevents" }),
      to("signed", {
        url: `http://127.0.0.1:${String(port)}/sent/signed?of={service}&id={eventID}`,
        headers: { "X-Service": "{service}", Authorization: { secret: "token" } },
        signature: { secret: "signing", previousSecret: "signing-before" },
      }),
    ]),
    service("bridge", (to) => [to("bridge", { reply: { topic: TARGET_TOPICS.answers } })]),
    service("reasons", (to) => [
      to("complete-only", { reasons: ["complete"] }),
      to("manual-only", { reasons: ["manual"] }),
    ]),
    service("operated", (to) => [to("web", ONCE), { name: "log", kind: "pull" }]),
    service("ordered", (to) => [to("lanes", { ordered: "key" })], {
      correlation: { key: { header: "X-Id" } },
    }),
  ];
}
