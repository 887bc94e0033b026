import { verdict, type CallResult, type ReplyOutcome, type Verdict } from "../../domain/attempt.ts";
import { recordOf, type AttemptRecord } from "../../domain/attemptRecord.ts";
import type { HttpTarget, ReplyWhen } from "../../domain/target.ts";
import type { Caller } from "../ports/caller.ts";
import type { ReplyPublisher } from "../ports/replies.ts";
import { buildCall, callId, type BuildDeps, type Delivered } from "./buildCall.ts";

export interface AttemptDeps extends BuildDeps {
  readonly caller: Caller;
  readonly publishReply: ReplyPublisher;
  readonly clock: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
}

export interface Attempted {
  readonly verdict: Verdict;
  /** What is to be kept of the attempt. */
  readonly record: AttemptRecord;
}

/**
 * One attempt to deliver a sync to a server: the call, and where the target asks for it the publication of
 * the answer. Whatever goes wrong is a verdict. It takes the time limit of the target at most, and 30 s
 * more where there is a reply.
 *
 * @param attempt its number, from 1
 */
export async function attemptHttp(
  deps: AttemptDeps,
  target: HttpTarget,
  delivered: Delivered,
  attempt: number,
): Promise<Attempted> {
  const startMs = deps.clock();
  const built = await buildCall(deps, target, delivered, startMs);
  const result = "error" in built ? built : await deps.caller.call(built.call);
  const replied = await reply(deps, target, delivered, result);
  const nowMs = deps.clock();
  const given = verdict(result, replied, attempt, target.retry, nowMs, deps.random());
  const facts = {
    attempt,
    atMs: startMs,
    durationMs: nowMs - startMs,
    isDelivered: given.next === "delivered",
  };
  const secrets = "error" in built ? [] : built.confidential;
  return { verdict: given, record: recordOf(result, replied, facts, secrets) };
}

/** Publishes the answer, if the target asks for such an answer. */
async function reply(
  { publishReply }: AttemptDeps,
  { reply: asked }: HttpTarget,
  delivered: Delivered,
  result: CallResult,
): Promise<ReplyOutcome | undefined> {
  if (asked === undefined || "error" in result) return undefined;
  const { status, answer } = result;
  if (!asked.when.includes(kindOf(status))) return undefined;
  if (answer.isTruncated) {
    const message = `the answer is larger than ${String(answer.body.length)} bytes, and is not published`;
    return { outcome: "failed", message };
  }
  const { message, eventId } = delivered;
  try {
    const messageId = await publishReply({
      topic: asked.topic,
      data: answer.body,
      attributes: {
        status: String(status),
        eventID: callId(delivered),
        serviceName: message.serviceName,
        ...(message.key !== undefined && { key: message.key }),
        ...(eventId !== undefined && { eventId }),
        ...(answer.contentType !== undefined && {
          // Pub/Sub takes 1,024 bytes in a value.
          "content-type": answer.contentType.slice(0, 256),
        }),
      },
    });
    return { outcome: "published", messageId };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { outcome: "failed", message: `the answer was not published: ${reason}` };
  }
}

function kindOf(status: number): ReplyWhen {
  return status < 400 ? "onSuccess" : "onError";
}
