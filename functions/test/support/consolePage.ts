/** The console in a real browser, and what surrounds it. */
import assert from "node:assert/strict";
import { PubSub } from "@google-cloud/pubsub";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";

import { parseConfig } from "../../src/config/parse.ts";
import { answer, Receiver } from "../../testkit/receiver.ts";
import { startAlarmClock } from "../../tools/localCloud.ts";
import { topicsOf } from "../../tools/prerequisites.ts";
import { browserServices } from "./browserServices.ts";
import { CHROMIUM_FLAGS, findChromium, NO_CHROMIUM } from "./chromium.ts";
import { emulatorVariable } from "./store.ts";
import { baseUrl } from "./wired.ts";
import { PROJECT } from "./wiredServices.ts";
import { RECEIVER_PORT } from "./wiredTargets.ts";

/** How long a state may take to appear: functions start, and the page asks every two to four seconds. */
export const APPEARS_MS = 80_000;

/** A browser, the server that is called, and the alarms of Google Cloud. */
export class ConsoleWorld {
  /** What the server answers. */
  status = 200;
  readonly #browser: Browser;
  readonly #receiver: Receiver;
  readonly #alarms: ReturnType<typeof startAlarmClock>;
  /** What the pages complained of: errors, and what the policy has refused. */
  readonly complaints: string[] = [];
  #last: Page | undefined;

  private constructor(
    browser: Browser,
    receiver: Receiver,
    alarms: ReturnType<typeof startAlarmClock>,
  ) {
    this.#browser = browser;
    this.#receiver = receiver;
    this.#alarms = alarms;
    receiver.behaving = () => answer(this.status, this.status === 200 ? "" : "out of <b>stock</b>");
  }

  static async start(): Promise<ConsoleWorld> {
    const executablePath = findChromium();
    assert.ok(executablePath, NO_CHROMIUM);
    const port = Number(emulatorVariable(RECEIVER_PORT));
    const { services } = parseConfig(JSON.stringify(browserServices(port)));
    const pubSub = new PubSub({ projectId: PROJECT });
    await Promise.all(topicsOf(services).map((topic) => pubSub.createTopic(topic).catch(exists)));
    await pubSub.close();
    const [browser, receiver] = await Promise.all([
      chromium.launch({ executablePath, args: CHROMIUM_FLAGS }),
      Receiver.start({ port }),
    ]);
    return new ConsoleWorld(browser, receiver, startAlarmClock(baseUrl(), PROJECT, services));
  }

  /** Opens the console at a hash; whatever it complains of is noted. */
  async open(
    hash: string,
    { hasOwnClock = false, ...options }: BrowserContextOptions & { hasOwnClock?: boolean } = {},
  ): Promise<Page> {
    const viewport = { width: 1280, height: 860 };
    const context = await this.#browser.newContext({ viewport, ...options });
    const page = await context.newPage();
    this.#last = page;
    if (hasOwnClock) await page.clock.install();
    page.setDefaultTimeout(APPEARS_MS);
    page.on("console", (message) => {
      // What is refused is an answer like any other: the page shows it, the browser notes it.
      if (/^Failed to load resource.* status of 4\d\d /.test(message.text())) return;
      if (["error", "warning"].includes(message.type())) this.complaints.push(message.text());
    });
    page.on("pageerror", (error) => {
      this.complaints.push(String(error));
    });
    page.on("dialog", (dialog) => {
      this.complaints.push(`a dialog says ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on("request", (request) => {
      const { origin } = new URL(baseUrl());
      if (new URL(request.url()).origin !== origin && !request.url().startsWith("data:")) {
        this.complaints.push(`it asked ${request.url()}`);
      }
    });
    await page.goto(`${baseUrl()}/console${hash}`);
    await page.locator("html[data-ready]").waitFor();
    return page;
  }

  /** What the page that was opened last shows: of a test that has failed. */
  async lastText(): Promise<string> {
    const text = await this.#last?.locator("body").innerText();
    return `--- the page ---\n${text ?? ""}\n---\n`;
  }

  async stop(): Promise<void> {
    await this.#browser.close();
    await this.#alarms.stop();
    await this.#receiver.stop();
  }
}

function exists(error: unknown): void {
  if ((error as { readonly code?: unknown }).code !== 6) throw error;
}

/** Sends a test event by the form. */
export async function sendByForm(
  page: Page,
  eventKey: string,
  fields: Readonly<Partial<Record<"Headers, one on each line" | "Body" | "Query", string>>> = {},
): Promise<void> {
  await page.getByRole("button", { name: "Send an event…" }).click();
  const dialog = page.getByRole("dialog", { name: "Send a test event" });
  await dialog.getByLabel("Endpoint").selectOption(eventKey);
  for (const [name, value] of Object.entries(fields)) await dialog.getByLabel(name).fill(value);
  await dialog.getByRole("button", { name: "Send event" }).click();
  await dialog.waitFor({ state: "detached" });
}

/** Presses a button that asks, and says yes. */
export async function act(page: Page, button: string, confirm: string): Promise<void> {
  await page.getByRole("button", { name: button }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: confirm }).click();
  await dialog.waitFor({ state: "detached" });
}
