/**
 * Loaded before all tests (`.mocharc.json`): no test may reach beyond this machine, whatever a client
 * library thinks that it needs. A connection to anywhere else fails, and says which.
 */
import { Socket } from "node:net";

const LOOPBACK = new Set(["localhost", "127.0.0.1", "::1"]);

type Connect = (this: Socket, ...args: unknown[]) => Socket;

const prototype = Socket.prototype as unknown as { connect: Connect };
const { connect } = prototype;

prototype.connect = function (this: Socket, ...args: unknown[]): Socket {
  const host = hostOf(args);
  if (host !== undefined && !LOOPBACK.has(host)) {
    throw new Error(`A test tried to connect to ${host}; tests use nothing beyond this machine.`);
  }
  return connect.apply(this, args);
};

/** Of `connect(port, host)`, `connect(options)` or what `net.connect` makes of either. */
function hostOf(args: unknown[]): string | undefined {
  const [first, second] = (Array.isArray(args[0]) ? args[0] : args) as unknown[];
  if (typeof first === "object" && first !== null) {
    const { host, path } = first as { host?: unknown; path?: unknown };
    return typeof host === "string" && path === undefined ? host : undefined;
  }
  return typeof first === "number" && typeof second === "string" ? second : undefined;
}
