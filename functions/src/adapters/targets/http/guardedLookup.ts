import type { lookup as systemLookup, LookupAddress } from "node:dns";
import type { LookupFunction } from "node:net";

/** A server may not be called. */
export class RefusedAddress extends Error {
  constructor(host: string, address: string) {
    const named = host === address ? address : `${host} is ${address}, which`;
    super(`${named} is not a public address; "allowPrivate" would allow it`);
    this.name = "RefusedAddress";
  }
}

/** As that of Node.js, with all addresses asked for. */
export type Lookup = typeof systemLookup;

/**
 * Resolves a name as usual, and refuses it if one of its addresses may not be called. The connection goes
 * to the very addresses that were checked: there is no second look at the name.
 */
export function guardedLookup(
  lookup: Lookup,
  isAllowed: (address: string) => boolean,
): LookupFunction {
  return (host, options, callback) => {
    lookup(host, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      if (error !== null) {
        callback(error, "");
        return;
      }
      const refused = addresses.find(({ address }) => !isAllowed(address));
      const [first] = addresses;
      if (refused !== undefined || first === undefined) {
        callback(new RefusedAddress(host, refused?.address ?? "no address"), "");
      } else if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}
