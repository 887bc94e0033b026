// The floor of a cold start: a function that only answers, on the same framework.
import { onRequest } from "firebase-functions/https";

export const bare = onRequest((request, response) => {
  response.status(202).json({ received: request.rawBody.length });
});
