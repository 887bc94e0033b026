import { EventSyncError } from "../../domain/errors.ts";
import type { Doc, Fields } from "./documents.ts";
import { FieldReader, MalformedDocumentError } from "./fields.ts";

/**
 * The version of the form in which this code writes documents, in the field `v` of each. Whoever changes
 * what a field means, or what must be known beside it, raises this; whoever changes a document of an
 * older form writes all of it, or nothing that the older form does not have.
 *
 * A roll-out and a rollback run two versions of the code side by side, and neither can tell the other
 * from somebody's mistake. So what is of a newer form is left alone: it is complete and right, only not
 * for us.
 */
export const FORM = 1;

/** A document of a newer form is in the way. Instances that know the form go on with it. */
export class NewerDocumentError extends EventSyncError {
  constructor(path: string) {
    super("newer-document", `${path} was written by a newer version of EventSync.`);
    this.name = "NewerDocumentError";
  }
}

/** Whether a newer version of this code has written the document. Needs the field `v` of it only. */
export function isNewer(fields: Fields): boolean {
  const { v } = fields;
  return typeof v === "number" && v > FORM;
}

/** In an order that must be kept: what comes before the first that a newer version has written. */
export function beforeNewer(docs: readonly Doc[]): readonly Doc[] {
  const newer = docs.findIndex(({ fields }) => isNewer(fields));
  return newer === -1 ? docs : docs.slice(0, newer);
}

/**
 * The fields of a document of this form.
 *
 * @throws NewerDocumentError if it is of a newer form
 * @throws MalformedDocumentError if it has none: nothing older has ever been deployed
 */
export function readerOf({ path, fields }: Doc): FieldReader {
  if (isNewer(fields)) throw new NewerDocumentError(path);
  if (fields["v"] !== FORM) throw new MalformedDocumentError("the field v is missing or malformed");
  return new FieldReader(fields);
}
