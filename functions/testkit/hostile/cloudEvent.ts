/** A creation as Eventarc posts it: a CloudEvent in binary mode, its data as JSON. */
import { randomUUID } from "node:crypto";
import { createRequire } from "node:module";
import { join } from "node:path";

import { FUNCTIONS_DIR } from "../paths.ts";
import type { Created } from "./eventarc.ts";

export interface CloudEventRequest {
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

/**
 * What a header has to be for Node.js to send a text in UTF-8, as the platform does: it sends each
 * character as one byte. (The HTTP binding of CloudEvents wants it percent-encoded.)
 */
const inUtf8 = (text: string): string => Buffer.from(text).toString("latin1");

export function toCloudEvent(projectId: string, created: Created): CloudEventRequest {
  const document = `services/${created.serviceName}/pending/${created.eventId}`;
  const time = new Date().toISOString();
  const createdAt = new Date(created.receivedAtMs).toISOString();
  const value = {
    name: `projects/${projectId}/databases/(default)/documents/${document}`,
    fields: {
      key: { stringValue: created.key ?? "" },
      eventKey: { stringValue: created.eventKey },
      receivedAt: { timestampValue: createdAt },
    },
    createTime: createdAt,
    updateTime: createdAt,
  };
  return {
    headers: {
      "content-type": "application/json",
      "ce-id": randomUUID(),
      "ce-specversion": "1.0",
      "ce-type": "google.cloud.firestore.document.v1.created",
      "ce-source": `//firestore.googleapis.com/projects/${projectId}/databases/(default)`,
      "ce-subject": inUtf8(`documents/${document}`),
      "ce-time": time,
      "ce-datacontenttype": "application/json",
      "ce-project": projectId,
      "ce-database": "(default)",
      "ce-namespace": "(default)",
      "ce-location": "us-central1",
      "ce-document": inUtf8(document),
    },
    // Not a text: with a text Node.js encodes the headers once more, as it encodes the text.
    body: Buffer.from(JSON.stringify({ value })),
  };
}

/** The part of the compiled definitions that firebase-functions reads deliveries with. */
interface Protos {
  readonly google: {
    readonly events: {
      readonly cloud: {
        readonly firestore: { readonly v1: { readonly DocumentEventData: Message } };
      };
    };
  };
}

interface Message {
  fromObject(value: object): object;
  encode(message: object): { finish(): Uint8Array };
}

const PROTOS = "node_modules/firebase-functions/protos/compiledFirestore.js";

/** The same creation as the platform posts it: its data as protobuf. */
export function toProtobuf({ headers, body }: CloudEventRequest): CloudEventRequest {
  const require = createRequire(import.meta.url);
  const protos = require(join(FUNCTIONS_DIR, PROTOS)) as Protos;
  const { DocumentEventData } = protos.google.events.cloud.firestore.v1;
  const { value } = JSON.parse(String(body)) as {
    value: { name: string; fields: object; createTime: string };
  };
  const time = { seconds: Math.floor(Date.parse(value.createTime) / 1000), nanos: 0 };
  const fields = { ...value.fields, receivedAt: { timestampValue: time } };
  const document = { name: value.name, fields, createTime: time, updateTime: time };
  const data = DocumentEventData.fromObject({ value: document });
  // The type of the data is the content type, then; there is no attribute of its own.
  const others = Object.entries(headers).filter(([name]) => name !== "ce-datacontenttype");
  return {
    headers: { ...Object.fromEntries(others), "content-type": "application/protobuf" },
    body: Buffer.from(DocumentEventData.encode(data).finish()),
  };
}
