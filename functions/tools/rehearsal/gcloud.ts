/**
 * Stands in for the Google Cloud CLI: hands its arguments to the stand-in of the APIs, and prints what
 * comes back.
 */
import { ORIGIN_VARIABLE } from "./network.ts";

const response = await fetch(`${process.env[ORIGIN_VARIABLE] ?? ""}/gcloud/`, {
  method: "POST",
  body: JSON.stringify(process.argv.slice(2)),
});
const { output, error } = (await response.json()) as {
  output?: string;
  error?: { message: string };
};
if (output !== undefined) process.stdout.write(output);
if (error !== undefined) {
  process.stderr.write(`gcloud: ${error.message}\n`);
  process.exitCode = 1;
}
