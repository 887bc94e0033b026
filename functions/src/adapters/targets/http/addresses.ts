import type { lookup as systemLookup, LookupAddress } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";

/**
 * Which addresses may be called: those of the public Internet. Everything else leads into this machine, its
 * network or the platform, where what is called may trust whoever can reach it.
 */

/** Special-purpose addresses of IPv4 (IANA registry). Link-local has the metadata server. */
const IPV4: readonly (readonly [network: string, bits: number])[] = [
  ["0.0.0.0", 8], // this network, unspecified
  ["10.0.0.0", 8], // private
  ["100.64.0.0", 10], // carrier-grade NAT
  ["127.0.0.0", 8], // loopback
  ["169.254.0.0", 16], // link-local
  ["172.16.0.0", 12], // private
  ["192.0.0.0", 24], // protocol assignments
  ["192.0.2.0", 24], // documentation
  ["192.88.99.0", 24], // 6to4 relays
  ["192.168.0.0", 16], // private
  ["198.18.0.0", 15], // benchmarks
  ["198.51.100.0", 24], // documentation
  ["203.0.113.0", 24], // documentation
  ["224.0.0.0", 4], // multicast
  ["240.0.0.0", 4], // reserved, broadcast
];

/**
 * Of IPv6 only global unicast addresses are public. That leaves out loopback, link-local, unique-local and
 * multicast ones, and what stands for an address of IPv4: mapped ones and those of NAT64.
 */
const IPV6_PUBLIC = ["2000::", 3] as const;

/** Special-purpose addresses among those. */
const IPV6: readonly (readonly [network: string, bits: number])[] = [
  ["2001::", 23], // protocol assignments, Teredo
  ["2001:db8::", 32], // documentation
  ["2002::", 16], // 6to4, which stands for an address of IPv4
  ["3fff::", 20], // documentation
];

const special = new BlockList();
for (const [network, bits] of IPV4) special.addSubnet(network, bits, "ipv4");
for (const [network, bits] of IPV6) special.addSubnet(network, bits, "ipv6");
const unicast = new BlockList();
unicast.addSubnet(...IPV6_PUBLIC, "ipv6");

/** Whether an address is one of the public Internet. What is no address is not. */
export function isPublic(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !special.check(address, "ipv4");
    case 6:
      return unicast.check(address, "ipv6") && !special.check(address, "ipv6");
    default:
      return false;
  }
}

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
