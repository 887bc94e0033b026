/** Keeping a process from reaching beyond this machine, whatever its libraries think that they need. */
import { Socket } from "node:net";

const LOOPBACK = new Set(["localhost", "127.0.0.1", "::1", "[::1]"]);

type Connect = (this: Socket, ...args: unknown[]) => Socket;

/** Whether a host's name or address is this machine's own. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.has(host);
}

/** From now on a connection to anywhere else fails, with what `refusal` makes of the host. */
export function refuseConnections(refusal: (host: string) => Error): void {
  const prototype = Socket.prototype as unknown as { connect: Connect };
  const { connect } = prototype;
  prototype.connect = function (this: Socket, ...args: unknown[]): Socket {
    const host = hostOf(args);
    if (host === undefined || isLoopback(host)) return connect.apply(this, args);
    // Not at once: whoever connects has something to set on the socket first.
    process.nextTick(() => this.destroy(refusal(host)));
    return this;
  };
}

/** Of `connect(port, host)`, `connect(options)` or what `net.connect` makes of either. */
function hostOf(args: unknown[]): string | undefined {
  const [first, second] = (Array.isArray(args[0]) ? args[0] : args) as unknown[];
  if (typeof first === "object" && first !== null) {
    const { host, path } = first as { host?: unknown; path?: unknown };
    // A path is that of a Unix socket; requests over HTTP leave it null.
    return typeof host === "string" && typeof path !== "string" ? host : undefined;
  }
  return typeof first === "number" && typeof second === "string" ? second : undefined;
}
