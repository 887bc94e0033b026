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
  // Written out: firebase-tools completes a name that ends in @ everywhere but in the scheduler job.
  default: "eventsync@{{ params.PROJECT_ID }}.iam.gserviceaccount.com",
  description: "Service account of the functions: its full e-mail address.",
});

export const DATABASE = defineString("DATABASE", {
  default: "(default)",
  description:
    "Firestore database. Rules and indexes go to the one that firebase.json names: they must agree.",
});
