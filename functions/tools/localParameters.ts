/** The parameters that every local run has in common. The emulators use none of them but DATABASE. */
export const LOCAL_PARAMETERS = {
  LOCATION: "us-central1",
  SERVICE_ACCOUNT: "eventsync@demo-eventsync.iam.gserviceaccount.com",
  DATABASE: "(default)",
} as const;
