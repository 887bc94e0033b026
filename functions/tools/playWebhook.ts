/** Plays docs/examples/webhook: a server that fails for long, who redrives it, and two who read the log. */
import { Webhook } from "standardwebhooks";

import type { SyncMessage } from "../src/domain/syncMessage.ts";
import { EventStream, type Told } from "../testkit/eventStream.ts";
import { answer, type ReceivedCall } from "../testkit/receiver.ts";
import { waitFor } from "../testkit/waitFor.ts";
import type { Example } from "./examples.ts";
import { send, type Played, type Stage } from "./playExample.ts";
import { callInWords, startServer } from "./playServer.ts";

/** So many calls fail: all attempts of the first event. */
const FAILING = 20;

/** On a machine that has other things to do, too. */
const PATIENCE_MS = 120_000;

/** As `/deliveries` lists it. */
interface Listed {
  readonly syncId: string;
  readonly state: string;
  readonly attempt: number;
  readonly lastAttempt?: { readonly status?: number };
}

/** As `/pull` answers it, and a stream tells it. */
interface Logged {
  readonly offset: number;
  readonly message: SyncMessage;
}

/**
 * Sends the events, the last of them live. The first is undeliverable and is redriven; the log has all of
 * them in order, for who pulls and for a stream that breaks off and goes on.
 */
export async function playWebhook({ events }: Example, stage: Stage): Promise<Played> {
  const { base, service, print, received, signal, secrets } = stage;
  const [target] = service.targets ?? [];
  const secret = target?.kind === "http" ? secrets[target.signature?.secret ?? ""] : undefined;
  const webhook = new Webhook(secret ?? "");
  const wrong: string[] = [];
  const expect = (what: string, found: unknown, wanted: unknown): void => {
    if (JSON.stringify(found) === JSON.stringify(wanted)) return;
    wrong.push(`${what}: expected ${JSON.stringify(wanted)}; got ${JSON.stringify(found)}`);
  };
  const server = await startServer(service, (call, index) => {
    const status = index < FAILING ? 503 : 204;
    print(`The webhook is called: ${callInWords(call)}\n  → ${String(status)}`);
    try {
      webhook.verify(call.body.toString(), call.headers);
    } catch (error) {
      wrong.push(`a call is not signed: ${String(error)}`);
    }
    return answer(status);
  });
  const log = `${base}/pull/${service.serviceName}`;
  const ask = async <T>(method: "GET" | "POST", url: string): Promise<T> => {
    const response = await fetch(url, { method, signal });
    const text = await response.text();
    print(`${method} ${url}\n  → ${String(response.status)} ${text}`);
    if (!response.ok) throw new Error(`${url} was answered with ${text}`);
    return JSON.parse(text) as T;
  };
  const until = (what: string, isSo: () => boolean): Promise<true> =>
    waitFor(
      what,
      () => {
        signal.throwIfAborted();
        return isSo() || undefined;
      },
      PATIENCE_MS,
    );
  const deliveries = `${base}/deliveries/${service.serviceName}`;
  const list = async (state: string): Promise<readonly Listed[]> => {
    const url = `${deliveries}?target=webhook&state=${state}`;
    const response = await fetch(url, { signal });
    return ((await response.json()) as { readonly deliveries: readonly Listed[] }).deliveries;
  };
  const listed = async (state: string, count: number): Promise<readonly Listed[]> =>
    waitFor(
      `${String(count)} ${state}`,
      async () => {
        signal.throwIfAborted();
        const found = await list(state);
        return found.length === count ? found : undefined;
      },
      PATIENCE_MS,
    );

  const names = events.map(({ body }) => JSON.stringify(body));
  const [first = "", ...others] = names;
  const [ann] = events.slice(-1);
  const stream = await EventStream.open(log, { signal });
  try {
    for (const event of events.slice(0, -1)) await send(event, stage);
    await until("two events on the stream", () => stream.told.length >= 2);
    stream.close();
    print("\nThe stream breaks off.");

    const [undeliverable] = await listed("undeliverable", 1);
    expect("its attempts", undeliverable?.attempt, FAILING);
    expect("its last answer", undeliverable?.lastAttempt?.status, 503);
    await listed("delivered", events.length - 2);
    const { syncId = "" } = undeliverable ?? {};
    await ask("GET", `${deliveries}/${syncId}/webhook`);
    await ask("POST", `${deliveries}/${syncId}/webhook/redrive`);
    await listed("delivered", events.length - 1);

    const page = await ask<{ syncs: Logged[]; next: number }>("GET", `${log}?after=0&limit=2`);
    const rest = await ask<{ syncs: Logged[]; next: number }>(
      "GET",
      `${log}?after=${String(page.next)}`,
    );
    expect("the offsets", [page.next, rest.next], [2, 3]);
    expect("what is pulled", [...page.syncs, ...rest.syncs].map(loggedContent), names.slice(0, -1));

    const again = await EventStream.open(log, { signal, lastEventId: "2" });
    try {
      if (ann) await send(ann, stage);
      await until("what was missed, and what is new", () => again.told.length >= 2);
      expect(
        "the stream",
        [...stream.told.slice(0, 2), ...again.told].map(toldContent),
        names.map((content, index) => [String(index + 1), content]),
      );
    } finally {
      again.close();
    }
    await listed("delivered", events.length);
    await until("the messages", () => received().length === events.length);
    const wanted = [...Array<string>(FAILING).fill(first), ...others.slice(0, -1), first];
    expect("the calls", server.calls.map(contentOf), [...wanted, ...others.slice(-1)]);
    const ofFirst = server.calls.filter((call) => contentOf(call) === first);
    expect("its ids", new Set(ofFirst.map(({ headers }) => headers["webhook-id"])).size, 1);
    expect("its bodies", new Set(ofFirst.map(({ body }) => body.toString())).size, 1);
    return { wrong, messages: events.length };
  } finally {
    stream.close();
    await server.stop();
  }
}

function contentOf({ body }: Pick<ReceivedCall, "body">): string {
  return messageContent(JSON.parse(body.toString()) as SyncMessage);
}

function loggedContent({ message }: Logged): string {
  return messageContent(message);
}

function toldContent({ id, data }: Told): [id: string, content: string] {
  return [id, loggedContent(JSON.parse(data) as Logged)];
}

function messageContent({ events }: SyncMessage): string {
  return Object.values(events).flatMap((list) => list.events ?? [])[0]?.content ?? "";
}
