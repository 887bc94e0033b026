/**
 * Loaded before all tests (`.mocharc.json`): no test may reach beyond this machine, whatever a client
 * library thinks that it needs. A connection to anywhere else fails, and says which.
 */
import { refuseConnections } from "../../tools/loopback.ts";

refuseConnections(
  (host) => new Error(`A test tried to connect to ${host}; tests use nothing beyond this machine.`),
);
