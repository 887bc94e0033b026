import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { gzip as gzipWithCallback } from "node:zlib";

const gzip = promisify(gzipWithCallback);

/** The page, and how it is sent. */
export interface ConsolePage {
  readonly html: Buffer;
  readonly gzipped: Buffer;
  readonly etag: string;
  /** Content-Security-Policy: its own script and style, and what it asks of where it came from. */
  readonly policy: string;
}

/** @param file as the build has made it: one script and one style, and no other */
export async function loadConsolePage(file: URL): Promise<ConsolePage> {
  const html = await readFile(file);
  const text = html.toString();
  return {
    html,
    gzipped: await gzip(html),
    etag: `"${createHash("sha256").update(html).digest("base64url").slice(0, 22)}"`,
    policy: policyOf(hashOf(text, "script"), hashOf(text, "style")),
  };
}

function policyOf(script: string, style: string): string {
  return [
    "default-src 'none'",
    `script-src ${script}`,
    `style-src ${style}`,
    "img-src data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/** Of the first element of that name; its content may hold what looks like another. */
function hashOf(html: string, name: "script" | "style"): string {
  const [, content] = new RegExp(`<${name}[^>]*>([^]*?)</${name}>`).exec(html) ?? [];
  if (content === undefined) throw new Error(`The console's page has no ${name}.`);
  return `'sha256-${createHash("sha256").update(content).digest("base64")}'`;
}
