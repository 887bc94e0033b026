import { BlockList, isIP } from "node:net";

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

interface Ranges {
  readonly special: BlockList;
  readonly unicast: BlockList;
}

let made: Ranges | undefined;

/** On first use: a configuration without servers to call needs none. */
function ranges(): Ranges {
  if (made !== undefined) return made;
  const special = new BlockList();
  for (const [network, bits] of IPV4) special.addSubnet(network, bits, "ipv4");
  for (const [network, bits] of IPV6) special.addSubnet(network, bits, "ipv6");
  const unicast = new BlockList();
  unicast.addSubnet(...IPV6_PUBLIC, "ipv6");
  return (made = { special, unicast });
}

/** Whether an address is one of the public Internet. What is no address is not. */
export function isPublic(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !ranges().special.check(address, "ipv4");
    case 6:
      return ranges().unicast.check(address, "ipv6") && !ranges().special.check(address, "ipv6");
    default:
      return false;
  }
}

/** The address that a URL's host is, in its usual spelling; undefined if it is a name. */
export function literalAddress({ hostname }: URL): string | undefined {
  const address = hostname.replace(/^\[(.*)\]$/, "$1");
  return isIP(address) === 0 ? undefined : address;
}
