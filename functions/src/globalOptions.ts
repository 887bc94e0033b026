import { setGlobalOptions } from "firebase-functions/options";
import { LOCATION, SERVICE_ACCOUNT } from "./params.ts";

// Read when a function is defined: this module must be imported before any that defines one.
setGlobalOptions({
  region: LOCATION,
  serviceAccount: SERVICE_ACCOUNT,
  memory: "512MiB",
  cpu: 1,
  concurrency: 80,
  maxInstances: 20,
});
