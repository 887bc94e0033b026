/** Where the syncs of a service go, for a person. */
import type { ServiceConfig } from "../src/config/schema.ts";
import { SYNC_REASONS } from "../src/domain/sync.ts";
import type { Target } from "../src/domain/target.ts";
import { originOf } from "./prerequisites.ts";

/**
 * One string for each of the `targets`:
 *
 *     goes to “billing” (POST to https://billing.example, one after the other by key)
 */
export function targetsInWords({ targets = [] }: Pick<ServiceConfig, "targets">): string[] {
  return targets.map((target) => {
    const { name, reasons } = target;
    const only = reasons.length < SYNC_REASONS.length ? [`only ${reasons.join(", ")}`] : [];
    return `goes to “${name}” (${[...placeInWords(target), ...only].join(", ")})`;
  });
}

function placeInWords(target: Target): string[] {
  switch (target.kind) {
    case "pubsub":
      return [`the topic ${target.topic}`];
    case "pull":
      return ["a log to pull from"];
    case "http": {
      const { method, ordered, reply } = target;
      return [
        `${method} to ${originOf(target)}`,
        ...(ordered === undefined ? [] : [ORDERED[ordered]]),
        ...(reply === undefined ? [] : [`answers to the topic ${reply.topic}`]),
      ];
    }
  }
}

const ORDERED = { all: "one after the other", key: "one after the other by key" } as const;
