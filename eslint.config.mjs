/** For what is beside functions/, with the packages that are installed there. */
import config from "./functions/eslint.config.js";

export default [{ ignores: ["functions/", "**/lib/"] }, ...config];
