import type { ServiceState } from "../../app/ports.ts";
import { isConflict } from "./conflicts.ts";
import type { Doc, Documents } from "./documents.ts";
import { paths } from "./paths.ts";

export function makeServiceState(documents: Documents): ServiceState {
  return {
    async resetAt(serviceName) {
      const [doc] = await documents.get([paths.service(serviceName)]);
      return resetAtOf(doc);
    },

    async reset(serviceName, nowMs) {
      const path = paths.service(serviceName);
      const fields = { resetAt: new Date(nowMs) };
      // Ends: each conflict is another reset, or our own whose answer was lost.
      for (;;) {
        const [doc] = await documents.get([path]);
        // Never back: the clock of this instance may be behind that of the last reset, and what that
        // reset took out must not come in again.
        if ((resetAtOf(doc) ?? -Infinity) >= nowMs) return;
        try {
          await documents.commit([
            doc === undefined
              ? { kind: "create", path, fields }
              : { kind: "update", path, fields, version: doc.version },
          ]);
          return;
        } catch (error) {
          if (!isConflict(error)) throw error;
        }
      }
    },
  };
}

function resetAtOf(doc: Doc | undefined): number | undefined {
  const resetAt = doc?.fields["resetAt"];
  return resetAt instanceof Date ? resetAt.getTime() : undefined;
}
