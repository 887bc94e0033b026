import { Coalescer } from "../../app/coalescer.ts";
import type { ServiceState, WindowState } from "../../app/ports.ts";
import type { RegisteredClaim } from "../../domain/claim.ts";
import type { Place } from "../../domain/event.ts";
import type { WindowId } from "../../domain/window.ts";
import { isConflict } from "./conflicts.ts";
import {
  REMOVED,
  type Doc,
  type Documents,
  type Fields,
  type Version,
  type Write,
} from "./documents.ts";
import { FieldReader, MalformedDocumentError } from "./fields.ts";
import { FORM, isNewer, NewerDocumentError } from "./form.ts";
import { paths } from "./paths.ts";

/** More than anybody makes within an observation period; the document stays small. */
const MOST_RESETS = 1000;

/** How long a read may take before those who share it are told that it failed. */
const READ_MS = 30_000;

/** Which documents a replay has read; undefined where there was none. */
export interface StateVersion {
  readonly service: Version | undefined;
  /** Of a window's own document, which only one with a key has. */
  readonly window: Version | undefined;
}

export function makeServiceState(documents: Documents): ServiceState {
  // Checks of many windows have the service's document in common. Who asks while a read is under way shares
  // the next one: it has not begun yet, so it sees whatever came before it was asked for.
  const reads = new Coalescer<string, WindowId, ReadonlyMap<string, Doc | undefined>>(
    async (service, windows) => {
      const own = Array.from(windows, (window) => paths.window(window));
      const all = [...new Set([paths.service(service), ...own])];
      const docs = await documents.get(all);
      return new Map(all.map((path, index) => [path, docs[index]]));
    },
    READ_MS,
  );
  return {
    async read(window) {
      const { service } = window;
      const found = await reads.run(service, service, window);
      const doc = found.get(paths.service(service));
      return stateOf(window, doc, found.get(paths.window(window)));
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

/**
 * @param doc of the service
 * @param own of the window; that of the service, where it has no key
 * @throws NewerDocumentError
 */
export function stateOf(window: WindowId, doc: Doc | undefined, own: Doc | undefined): WindowState {
  const ofKey = window.key === "" ? undefined : own;
  const claims = claimsOf(doc);
  const version: StateVersion = { service: doc?.version, window: ofKey?.version };
  return {
    resetsMs: [doc, ofKey].flatMap(resetsOf).toSorted((a, b) => a - b),
    claims: claims.flatMap(({ key, syncId, to }) => (key === window.key ? [{ syncId, to }] : [])),
    claimedKeys: [...new Set(claims.map(({ key }) => key))],
    version,
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

/**
 * Puts a claim on the list of its service, unless there was another claim or a reset since the replay: of all
 * keys, or of this one, whose document is changed for that alone.
 *
 * @param untilMs until when a document that is there for nothing else is kept
 */
export function registration(
  window: WindowId,
  syncId: string,
  to: Place,
  version: StateVersion,
  untilMs: number,
): Write[] {
  const { service, key } = window;
  const path = paths.service(service);
  const claim = { key, to: placeFields(to) };
  const listed: Write =
    version.service === undefined
      ? { kind: "create", path, fields: { v: FORM, claiming: { [syncId]: claim } } }
      : {
          kind: "update",
          path,
          fields: { [`claiming.${syncId}`]: claim },
          version: version.service,
        };
  const own = paths.window(window);
  if (own === path) return [listed];
  // What changes nothing would leave the version as it is: the next claim could not name it.
  const claimed = { claimed: syncId };
  const fields = { v: FORM, key, resets: [], ...claimed, expireAt: new Date(untilMs) };
  return [
    listed,
    version.window === undefined
      ? { kind: "create", path: own, fields }
      : { kind: "update", path: own, fields: claimed, version: version.window },
  ];
}

/** Takes it off. */
export function deregistration(service: string, syncId: string): Write {
  return {
    kind: "update",
    path: paths.service(service),
    fields: { [`claiming.${syncId}`]: REMOVED },
  };
}

export function placeFields({ receivedAtMs, id }: Place): Fields {
  return { at: new Date(receivedAtMs), id };
}

/** @throws MalformedDocumentError */
export function toPlace(data: FieldReader): Place {
  return { receivedAtMs: data.time("at"), id: data.string("id") };
}

/** What cannot be read owns nothing: the range is in the sync, too, for whoever goes on with it. */
function claimsOf(doc: Doc | undefined): (RegisteredClaim & { readonly key: string })[] {
  const claiming = doc?.fields["claiming"];
  if (typeof claiming !== "object" || claiming === null) return [];
  return Object.entries(claiming).flatMap(([syncId, claim]) => {
    try {
      const data = new FieldReader(claim as Fields);
      return [{ key: data.string("key"), syncId, to: toPlace(data.map("to")) }];
    } catch (error) {
      if (error instanceof MalformedDocumentError) return [];
      throw error;
    }
  });
}
