import type { lookup as systemLookup, LookupAddress, LookupAllOptions } from "node:dns";
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
 * Resolves a name once for all who ask at the same moment. Node.js asks for four names at a time, and for all
 * of a process: calls to a name that nobody answers for would leave no room for any other.
 */
export function sharedLookup(lookup: Lookup): Lookup {
  const asking = new Map<
    string,
    ((error: NodeJS.ErrnoException | null, found: LookupAddress[]) => void)[]
  >();
  const shared = (
    host: string,
    options: LookupAllOptions,
    callback: (error: NodeJS.ErrnoException | null, found: LookupAddress[]) => void,
  ): void => {
    const name = JSON.stringify([host, options]);
    const others = asking.get(name);
    if (others !== undefined) {
      others.push(callback);
      return;
    }
    const callbacks = [callback];
    asking.set(name, callbacks);
    lookup(host, options, (error, found) => {
      asking.delete(name);
      for (const one of callbacks) one(error, found);
    });
  };
  return shared as Lookup;
}

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
