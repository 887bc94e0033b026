import { CONSOLE_HEADER } from "../adapters/http/fromConsole.ts";
import { CONSOLE_FUNCTIONS } from "../config/routeConsole.ts";
import { byEach, type FunctionDescription } from "./describe.ts";
import { text } from "./shapes.ts";

export const console: FunctionDescription = {
  summary: "The page of the console.",
  paths: {
    "": byEach(["get", "head"], {
      id: "getConsole",
      summary: "The page",
      description:
        `What the page asks is below \`/console/api\`, and answered as by the function that follows: one of ` +
        `${CONSOLE_FUNCTIONS.join(", ")}. What changes something takes \`POST\` there, unless an endpoint says ` +
        `otherwise, and the header \`${CONSOLE_HEADER}: 1\`; what comes from another page is refused with 403.`,
      answers: {
        200: { description: "HTML.", content: { "text/html": text } },
        304: { description: "It is as `If-None-Match` says." },
      },
      codes: [],
    }),
  },
};
