/** The check of schemas and filters, as the function that receives events makes it when it starts. */
import { compileSchema } from "../src/adapters/content/bodySchema.ts";
import { contentCheck } from "../src/adapters/content/contentRules.ts";
import { compileFilter } from "../src/adapters/content/filter.ts";

export const checkContent = contentCheck({ compileSchema, compileFilter });
