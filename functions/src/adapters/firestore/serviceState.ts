import { Timestamp, type DocumentSnapshot } from "@google-cloud/firestore";
import type { ServiceState } from "../../app/ports.ts";
import { isConflict } from "./conflicts.ts";
import type { Paths } from "./paths.ts";

export function makeServiceState(paths: Paths): ServiceState {
  return {
    async resetAt(serviceName) {
      return resetAtOf(await paths.service(serviceName).get());
    },

    async reset(serviceName, nowMs) {
      const ref = paths.service(serviceName);
      const resetAt = Timestamp.fromMillis(nowMs);
      // Ends: each conflict is another reset, or our own whose answer was lost.
      for (;;) {
        const snapshot = await ref.get();
        // Never back: the clock of this instance may be behind that of the last reset, and what that
        // reset took out must not come in again.
        if ((resetAtOf(snapshot) ?? -Infinity) >= nowMs) return;
        const { updateTime } = snapshot;
        try {
          if (updateTime === undefined) await ref.create({ resetAt });
          else await ref.update({ resetAt }, { lastUpdateTime: updateTime });
          return;
        } catch (error) {
          if (!isConflict(error)) throw error;
        }
      }
    },
  };
}

function resetAtOf(snapshot: DocumentSnapshot): number | undefined {
  const resetAt: unknown = snapshot.get("resetAt");
  return resetAt instanceof Timestamp ? resetAt.toMillis() : undefined;
}
