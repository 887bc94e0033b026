import type { TargetId, TargetStates } from "../../app/ports/deliveries.ts";
import type { Documents } from "./documents.ts";
import { FORM, readerOf } from "./form.ts";
import { paths } from "./paths.ts";

const pathOf = ({ service, target }: TargetId): string => `${paths.targets(service)}/${target}`;

export function makeTargetStates(documents: Documents): TargetStates {
  return {
    async read(target) {
      const [doc] = await documents.get([pathOf(target)]);
      if (doc === undefined) return { pausedAtMs: undefined };
      const data = readerOf(doc);
      return {
        pausedAtMs: data.optionalTime("pausedAt"),
        ...(data.has("reason") && { reason: data.string("reason") }),
      };
    },

    async pause(target, { atMs, reason }) {
      const fields = { v: FORM, pausedAt: new Date(atMs), reason };
      await documents.commit([{ kind: "set", path: pathOf(target), fields }]);
    },

    async resume(target) {
      await documents.commit([{ kind: "delete", path: pathOf(target) }]);
    },
  };
}
