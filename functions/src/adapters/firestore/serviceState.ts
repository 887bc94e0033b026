import type { ServiceState } from "../../app/ports.ts";
import { isConflict } from "./conflicts.ts";
import type { Doc, Documents } from "./documents.ts";
import { FORM, isNewer, NewerDocumentError } from "./form.ts";
import { paths } from "./paths.ts";

/** More than anybody makes within an observation period; the document stays small. */
const MOST_RESETS = 1000;

export function makeServiceState(documents: Documents): ServiceState {
  return {
    async resets(window) {
      const docs = await documents.get([
        ...new Set([paths.service(window.service), paths.window(window)]),
      ]);
      return docs.flatMap(resetsOf).toSorted((a, b) => a - b);
    },

    async reset(window, { atMs, keepFromMs }) {
      const path = paths.window(window);
      // There may be as many keys as events: what is known of one goes when it means nothing any more.
      const ownFields =
        path === paths.service(window.service)
          ? {}
          : { key: window.key, expireAt: new Date(2 * atMs - keepFromMs) };
      // Ends: each conflict is another reset, or our own whose answer was lost.
      for (;;) {
        const [doc] = await documents.get([path]);
        const before = resetsOf(doc);
        if (before.includes(atMs)) return;
        // In order, whatever the clocks: one that comes from behind takes out what was received before
        // it, which the later one has taken out already, and nothing comes in again.
        const resets = [...before, atMs].toSorted((a, b) => a - b);
        const kept = resets
          .filter((resetMs, index) => resetMs >= keepFromMs || index === resets.length - 1)
          .slice(-MOST_RESETS);
        const fields = { v: FORM, ...ownFields, resets: kept.map((resetMs) => new Date(resetMs)) };
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

/** @throws NewerDocumentError: without its resets nobody can say what counts */
function resetsOf(doc: Doc | undefined): number[] {
  if (doc === undefined) return [];
  if (isNewer(doc.fields)) throw new NewerDocumentError(doc.path);
  const { v, resets } = doc.fields;
  if (v !== FORM || !Array.isArray(resets)) return [];
  return resets.flatMap((reset: unknown) => (reset instanceof Date ? reset.getTime() : []));
}
