import { dirname } from "node:path";

/** The directory `functions/`. */
export const FUNCTIONS_DIR = dirname(import.meta.dirname);
