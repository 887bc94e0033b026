import { defineString } from "firebase-functions/params";

/**
 * Every parameter of the deployment. They have no value while functions are discovered: pass them into
 * options as they are, and call `value()` only inside a handler.
 */
export const CONFIG = defineString("CONFIG", {
  description: "What to wait for: one service, or a list of them, as JSON. See the README.",
});

export const LOCATION = defineString("LOCATION", {
  default: "us-central1",
  description:
    "Region of the functions. It must be one in which the Firestore database has triggers.",
});

export const SERVICE_ACCOUNT = defineString("SERVICE_ACCOUNT", {
  default: "eventsync@",
  description: "Service account of the functions; a name that ends in @ belongs to this project.",
});
