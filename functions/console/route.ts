/** The states of the page that have an address of their own, as the hash of its URL. */

/** What a service's page shows. */
export const VIEWS = ["now", "events", "syncs", "deliveries", "configuration"] as const;
export type View = (typeof VIEWS)[number];

export interface Place {
  /** Undefined: all services. */
  readonly service: string | undefined;
  readonly view: View;
  /** Of one event or sync. */
  readonly id: string | undefined;
}

/** `#/<service>/<view>/<id>`, each part percent-encoded; what is not understood is the page of the service. */
export function placeOf(hash: string): Place {
  const [service, view, id] = hash
    .replace(/^#?\/?/, "")
    .split("/")
    .map(decode);
  return {
    service: service === "" ? undefined : service,
    view: VIEWS.find((one) => one === view) ?? "now",
    id: id === "" ? undefined : id,
  };
}

export function hashOf(service: string, view: View = "now", id?: string): string {
  const parts = [service, ...(view === "now" && id === undefined ? [] : [view]), id];
  const given = parts.filter((part) => part !== undefined);
  return `#/${given.map(encodeURIComponent).join("/")}`;
}

export const ALL_SERVICES = "#/";

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
