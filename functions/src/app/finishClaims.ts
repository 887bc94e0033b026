import { EventSyncError } from "../domain/errors.ts";
import type { Rule } from "../domain/rule.ts";
import { goOn } from "./claimSyncs.ts";
import type { MessageBudget } from "./messageBudget.ts";
import type { Lease, OpenClaim, Ports } from "./ports.ts";
import type { PublishOutcome } from "./publishSyncs.ts";
import { sendSyncs } from "./sendSyncs.ts";

type Deps = Pick<
  Ports,
  "events" | "outbox" | "publisher" | "clock" | "log" | "claimChunk" | "deliverer"
> & {
  readonly budget: MessageBudget;
};

/** Thrown when a large sync is not complete yet. To repeat the call goes on with it, and so does the sweep. */
export class ClaimUnfinishedError extends EventSyncError {
  constructor(serviceName: string) {
    super(
      "claiming",
      `A sync of ${serviceName} is being claimed, and holds too many events for one call; ` +
        "repeat the call to go on with it.",
    );
    this.name = "ClaimUnfinishedError";
  }
}

/** What became of a sync that was to be gone on with. */
export interface Finished {
  /** Undefined if it is not complete, or somebody else has it now. */
  readonly lease: Lease | undefined;
  readonly published: PublishOutcome | undefined;
  /** Somebody has to go on with it. */
  readonly isLeft: boolean;
}

/** Goes on with claims, one after the other, and sends each sync that is complete then. */
export async function finishClaims(
  deps: Deps,
  claims: readonly OpenClaim[],
  rules: readonly Rule[],
  untilMs: number,
  prepare: (lease: Lease) => Lease = (lease) => lease,
): Promise<Finished[]> {
  const finished: Finished[] = [];
  for (const claim of claims) {
    const { lease: held, isLeft } = await goOn(deps, claim, untilMs);
    const lease = held && prepare(held);
    const [published] = lease === undefined ? [] : await sendSyncs(deps, [lease], rules);
    finished.push({ lease, published, isLeft });
  }
  return finished;
}
