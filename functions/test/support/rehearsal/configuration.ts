/** The files with which a user configures a deployment. */
import { formatDotenv } from "../../../tools/dotenv.ts";

export interface Configuration {
  readonly projectId: string;
  readonly database: string;
  readonly observationPeriod: number;
}

export function configOf({ projectId, observationPeriod }: Configuration): string {
  return JSON.stringify({
    serviceName: "orders",
    trigger: { type: "window", observationPeriod },
    endpoints: [{ eventKey: "entry1" }, { eventKey: "entry2" }],
    targetPubSub: { topic: `projects/${projectId}/topics/synced` },
  });
}

/** The service account of the functions. */
export function accountOf(projectId: string): string {
  return `eventsync@${projectId}.iam.gserviceaccount.com`;
}

export function filesOf(configuration: Configuration): Record<string, string> {
  const { projectId, database } = configuration;
  return {
    [`functions/.env.${projectId}`]: formatDotenv({
      CONFIG: configOf(configuration),
      LOCATION: "us-central1",
      SERVICE_ACCOUNT: accountOf(projectId),
      DATABASE: database,
    }),
    [`functions/invokers.${projectId}.json`]: JSON.stringify({
      event: ["my-source@"],
      trigger: [`operator@${projectId}.iam.gserviceaccount.com`],
    }),
  };
}
