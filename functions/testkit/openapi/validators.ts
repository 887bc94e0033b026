/** JSON Schemas of the OpenAPI document, compiled: ajv reads the dialect that OpenAPI 3.1 has. */
import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";

import { openApiDocument, type OpenApiDocument } from "../../src/openapi/document.ts";

const ID = "openapi";
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;

export class Validators {
  readonly document: OpenApiDocument;
  readonly #ajv: Ajv2020;

  constructor(document = openApiDocument()) {
    this.document = document;
    this.#ajv = new Ajv2020({ allErrors: true, strict: false, formats: { "date-time": TIME } });
    // As text and back: what is served.
    this.#ajv.addSchema(JSON.parse(JSON.stringify(document)) as object, ID);
  }

  /**
   * @param pointer of a schema in the document (RFC 6901)
   * @throws Error if a reference in it leads nowhere
   */
  at(pointer: string): ValidateFunction {
    const uri = `${ID}#${pointer.split("/").map(encodeURIComponent).join("/")}`;
    const found = this.#ajv.getSchema(uri);
    if (found === undefined) throw new Error(`The OpenAPI document has nothing at ${pointer}.`);
    return found;
  }
}

/** The pointer of what is below some names. */
export function pointerOf(...names: readonly string[]): string {
  return names.map((name) => `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** What is wrong, for people. */
export function inWords(errors: readonly ErrorObject[]): string {
  return errors
    .map(({ instancePath, message = "", params }) => {
      const { additionalProperty, allowedValues } = params as Readonly<Record<string, unknown>>;
      const more = additionalProperty ?? allowedValues;
      const detail = more === undefined ? "" : ` (${JSON.stringify(more)})`;
      return `${instancePath === "" ? "it" : instancePath} ${message}${detail}`;
    })
    .join("; ");
}
