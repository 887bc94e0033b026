/** A small HTTP client: the load generator shares two cores with what it measures. */
import { Agent, request } from "node:http";

export interface Answer {
  readonly status: number;
  readonly body: string;
}

const agent = new Agent({ keepAlive: true, maxSockets: Infinity });

/**
 * Posts a body, over connections that are kept; sends again if a kept one was just being closed.
 *
 * @param signal gives the request up
 */
export async function post(
  url: string,
  body: string,
  headers: Readonly<Record<string, string>> = { "content-type": "application/json" },
  signal?: AbortSignal,
): Promise<Answer> {
  try {
    return await postOnce(url, body, headers, signal);
  } catch (error) {
    if ((error as { reused?: boolean }).reused !== true) throw error;
    return postOnce(url, body, headers, signal);
  }
}

function postOnce(
  url: string,
  body: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      {
        agent,
        ...(signal && { signal }),
        method: "POST",
        headers: { ...headers, "content-length": String(Buffer.byteLength(body)) },
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          text += chunk;
        });
        response.on("end", () => {
          resolve({ status: response.statusCode ?? 0, body: text });
        });
        response.on("error", reject);
      },
    );
    outgoing.on("error", (error) => {
      reject(Object.assign(error, { reused: outgoing.reusedSocket }));
    });
    outgoing.end(body);
  });
}

/** Closes the kept connections, so that the process can end. */
export function closeConnections(): void {
  agent.destroy();
}
