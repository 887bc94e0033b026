import { Timestamp } from "@google-cloud/firestore";
import type { ServiceState } from "../../app/ports.ts";
import type { Paths } from "./paths.ts";

export function makeServiceState(paths: Paths): ServiceState {
  return {
    async resetAt(serviceName) {
      const snapshot = await paths.service(serviceName).get();
      const resetAt: unknown = snapshot.get("resetAt");
      return resetAt instanceof Timestamp ? resetAt.toMillis() : undefined;
    },

    async reset(serviceName, nowMs) {
      const resetAt = Timestamp.fromMillis(nowMs);
      await paths.service(serviceName).set({ resetAt }, { merge: true });
    },
  };
}
