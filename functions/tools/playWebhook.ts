/** Plays docs/examples/webhook: a server that fails at first, and verifies what it gets. */
import { Webhook } from "standardwebhooks";

import type { SyncMessage } from "../src/domain/syncMessage.ts";
import { answer, type ReceivedCall } from "../testkit/receiver.ts";
import { waitFor } from "../testkit/waitFor.ts";
import type { Example } from "./examples.ts";
import { send, type Played, type Stage } from "./playExample.ts";
import { callInWords, startServer, waitForDeliveries } from "./playServer.ts";

/** So many calls fail. */
const FAILING = 3;

/** Sends the events, each of which comes to the topic at once, and to the webhook in the end, in order. */
export async function playWebhook({ events }: Example, stage: Stage): Promise<Played> {
  const { service, print, received, signal, secrets } = stage;
  const [target] = service.targets ?? [];
  const secret = target?.kind === "http" ? secrets[target.signature?.secret ?? ""] : undefined;
  const webhook = new Webhook(secret ?? "");
  const unsigned: string[] = [];
  const server = await startServer(service, (call, index) => {
    const status = index < FAILING ? 503 : 204;
    print(`The webhook is called: ${callInWords(call)}\n  → ${String(status)}`);
    try {
      webhook.verify(call.body.toString(), call.headers);
    } catch (error) {
      unsigned.push(`a call is not signed: ${String(error)}`);
    }
    return answer(status);
  });
  try {
    for (const event of events) await send(event, stage);
    const isEach = (state: string, all: readonly { readonly state: string }[]): boolean =>
      all.filter((one) => one.state === state).length === events.length;
    await waitForDeliveries("all deliveries", stage, (all) => isEach("delivered", all));
    await waitFor(
      "the messages",
      () => {
        signal.throwIfAborted();
        return received().length === events.length || undefined;
      },
      120_000,
    );
    const expected = events.map(({ body }) => JSON.stringify(body));
    const [first = ""] = expected;
    const wanted = [...Array.from({ length: FAILING }, () => first), ...expected];
    const found = server.calls.map(contentOf);
    const isSame = found.join("\n") === wanted.join("\n");
    const ids = new Set(server.calls.map(({ headers }) => headers["webhook-id"]));
    const wrong = [
      ...unsigned,
      ...(isSame ? [] : [`expected the calls ${wanted.join(", ")}; got ${found.join(", ")}`]),
      ...(ids.size === events.length
        ? []
        : [`expected an id for each event, got ${String(ids.size)}`]),
    ];
    return { wrong, messages: events.length };
  } finally {
    await server.stop();
  }
}

function contentOf({ body }: ReceivedCall): string {
  const { events } = JSON.parse(body.toString()) as SyncMessage;
  return Object.values(events).flatMap((list) => list.events ?? [])[0]?.content ?? "";
}
