import { createServer } from "node:net";
import type { AddressInfo, Server } from "node:net";

/**
 * Finds a free TCP port on 127.0.0.1 for each name: the preferred one where it is free, otherwise
 * one that the system chooses. All are held until the last one is known, so that they differ.
 */
export async function freePorts<Name extends string>(
  names: readonly Name[],
  preferred: Partial<Record<Name, number>> = {},
): Promise<Record<Name, number>> {
  const servers = await Promise.all(
    names.map((name) => listen(preferred[name] ?? 0).catch(() => listen(0))),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map(close));
  return Object.fromEntries(names.map((name, index) => [name, ports[index]])) as Record<
    Name,
    number
  >;
}

function listen(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      resolve(server);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
  });
}
