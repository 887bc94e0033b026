/** Which Chromium the browser's tests drive: the machine's own, as Debian's package installs it. */
import { findOnPath } from "../../tools/paths.ts";

const NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/** `CHROMIUM` names another one. */
export function findChromium(): string | undefined {
  const named = process.env["CHROMIUM"];
  if (named !== undefined && named !== "") return named;
  return NAMES.map(findOnPath).find((path) => path !== undefined);
}

export const NO_CHROMIUM =
  "There is no Chromium, so nothing was looked at in a browser. To get it: apt-get install chromium " +
  "(or name another by CHROMIUM=/path).";

/** It is given no profile, and talks to nobody but the page. */
export const CHROMIUM_FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
