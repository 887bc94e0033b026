import assert from "node:assert/strict";

import { isPublic } from "../../src/domain/address.ts";

describe("the addresses that may be called", () => {
  const ranges: readonly [what: string, refused: readonly string[], allowed: readonly string[]][] =
    [
      ["this network", ["0.0.0.0", "0.255.255.255"], ["1.0.0.0"]],
      ["private", ["10.0.0.0", "10.255.255.255"], ["9.255.255.255", "11.0.0.0"]],
      ["private", ["172.16.0.0", "172.31.255.255"], ["172.15.255.255", "172.32.0.0"]],
      ["private", ["192.168.0.0", "192.168.255.255"], ["192.167.255.255", "192.169.0.0"]],
      ["carrier-grade NAT", ["100.64.0.0", "100.127.255.255"], ["100.63.255.255", "100.128.0.0"]],
      ["loopback", ["127.0.0.0", "127.0.0.1", "127.255.255.255"], ["126.255.255.255", "128.0.0.0"]],
      ["link-local", ["169.254.0.0", "169.254.255.255"], ["169.253.255.255", "169.255.0.0"]],
      ["metadata", ["169.254.169.254", "fd20:ce::254"], []],
      ["benchmarks", ["198.18.0.0", "198.19.255.255"], ["198.17.255.255", "198.20.0.0"]],
      ["documentation", ["192.0.2.1", "198.51.100.1", "203.0.113.1"], ["192.0.3.0", "203.0.114.0"]],
      ["assignments", ["192.0.0.0", "192.0.0.255", "192.88.99.1"], ["192.0.1.0"]],
      ["multicast", ["224.0.0.0", "239.255.255.255"], ["223.255.255.255"]],
      ["reserved", ["240.0.0.0", "255.255.255.255"], []],
      ["unspecified and loopback", ["::", "::1"], []],
      ["mapped", ["::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:7f00:1"], []],
      ["compatible", ["::127.0.0.1"], []],
      ["NAT64", ["64:ff9b::7f00:1", "64:ff9b:1::a00:1", "64:ff9b::8.8.8.8"], []],
      ["6to4, Teredo", ["2002:7f00:1::", "2001:0:1::"], ["2003::1", "2001:200::1"]],
      ["unique-local", ["fc00::1", "fdff::1"], []],
      ["link-local", ["fe80::1", "febf::1", "fe80::1%eth0"], []],
      ["site-local", ["fec0::1"], []],
      ["multicast", ["ff02::1"], []],
      ["documentation", ["2001:db8::1", "3fff::1"], ["3ffe::1"]],
      ["public", ["example.com", "", "8.8.8"], ["8.8.8.8", "2606:4700:4700::1111", "2a00::1"]],
    ];
  for (const [what, refused, allowed] of ranges) {
    it(`${what}: ${refused[0] ?? ""}`, () => {
      for (const address of refused) assert.equal(isPublic(address), false, address);
      for (const address of allowed) assert.equal(isPublic(address), true, address);
    });
  }
});
