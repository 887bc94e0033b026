/** Plays consumers that say what they have received, and the operator who asks what part that is. */
import { waitFor } from "../testkit/waitFor.ts";
import type { Rate } from "../src/domain/rates.ts";
import type { Example } from "./examples.ts";
import { playExample, type Played, type Stage } from "./playExample.ts";

/** On a machine that has other things to do, too. */
const PATIENCE_MS = 90_000;

/** What `/rates` answers. */
interface Rates {
  readonly windows: readonly (Rate & { readonly from: string; readonly to: string })[];
  readonly total: Rate;
}

/**
 * Sends the events, and reports each message twice, as the first of the consumers; the others are silent.
 *
 * @throws LateError
 */
export async function playRates(example: Example, stage: Stage): Promise<Played> {
  const played = await playExample(example, stage);
  if (played.wrong.length > 0) return played;
  const { subscriptions = [] } = stage.service.receipts ?? {};
  const [subscription = ""] = subscriptions;
  const receipts = stage
    .received()
    .map(({ attributes }) => ({ eventID: attributes["eventID"], subscription }));
  const outcomes = [await report(receipts, stage), await report(receipts, stage)];
  // A message is out a moment before that is noted.
  const rates = await waitFor(
    "all messages to be noted as delivered",
    async () => {
      const asked = await ask(stage);
      const { targetPubSub } = asked.total.targets;
      return targetPubSub?.delivered === example.expected.length ? asked : undefined;
    },
    PATIENCE_MS,
  );
  show(rates, stage.print);
  const percent = 100 / subscriptions.length;
  const { windows, total } = rates;
  const odd = [total, ...windows.filter(({ syncs }) => syncs > 0)].filter(
    ({ completionPercent }) => completionPercent !== percent,
  );
  const idle = windows.filter(
    ({ syncs, completionPercent }) => syncs === 0 && completionPercent !== null,
  );
  const wrong = [
    ...(outcomes.join() === "202,200" ? [] : [`receipts were answered with ${outcomes.join()}`]),
    ...odd.map((rate) => `expected ${String(percent)} %: ${JSON.stringify(rate)}`),
    ...idle.map((rate) => `a rate of nothing: ${JSON.stringify(rate)}`),
  ];
  return { ...played, wrong };
}

/** @returns the status: 202 where any receipt is new, 200 where none is */
async function report(receipts: readonly object[], stage: Stage): Promise<number> {
  const { base, service, print, signal } = stage;
  const url = `${base}/receipts/${encodeURIComponent(service.serviceName)}`;
  const body = JSON.stringify(receipts);
  const response = await fetch(url, { method: "POST", body, signal });
  print(`POST ${url} ${body}\n  → ${String(response.status)}`);
  const text = await response.text();
  if (!response.ok) throw new Error(`the receipts were answered with ${text}`);
  return response.status;
}

async function ask({ base, service, signal }: Stage): Promise<Rates> {
  const url = `${base}/rates/${encodeURIComponent(service.serviceName)}?window=10&last=3600`;
  const response = await fetch(url, { signal });
  const text = await response.text();
  if (!response.ok) throw new Error(`the rates were answered with ${text}`);
  return JSON.parse(text) as Rates;
}

function show({ windows, total }: Rates, print: (text: string) => void): void {
  const line = (name: string, { expected, received, completionPercent }: Rate): string =>
    `${name}: ${String(received)} of ${String(expected)} receipts, ${String(completionPercent)} %`;
  print("\nThe rates:");
  for (const window of windows.filter(({ syncs }) => syncs > 0)) print(line(window.from, window));
  print(line("together", total));
}
