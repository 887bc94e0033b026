/**
 * Makes the images of docs/images anew, from what the page shows when these things have happened:
 *
 *   npm run images
 */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BrowserContextOptions, Page } from "playwright-core";

import { REPOSITORY_ROOT } from "../../tools/paths.ts";
import { ConsoleWorld, sendByForm } from "../support/consolePage.ts";
import { send } from "../support/wired.ts";

const IMAGES = join(REPOSITORY_ROOT, "docs/images");
const DESK = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
const MAX_BYTES = 60_000;

describe("the images of the console", function () {
  this.timeout(300_000);
  let world: ConsoleWorld;
  before(async () => {
    mkdirSync(IMAGES, { recursive: true });
    world = await ConsoleWorld.start();
    await happen(world);
  });
  after(() => world.stop());

  const shoot = async (
    name: string,
    hash: string,
    options: BrowserContextOptions,
    prepare: (page: Page) => Promise<unknown>,
  ): Promise<void> => {
    const page = await world.open(hash, options);
    await prepare(page);
    writeFileSync(join(IMAGES, `${name}.webp`), await small(page));
    await page.context().close();
  };

  it("are of a window", async () => {
    const shown = (page: Page) => page.locator(".feed .is-sync").first().waitFor();
    await shoot("console-window", "#/orders", { viewport: DESK }, async (page) => {
      await shown(page);
      await page.locator(".feed summary").first().click();
      await page.locator(".feed .code").waitFor();
      await page.mouse.move(0, 0);
    });
    await shoot("console-phone-dark", "#/orders", { viewport: PHONE, colorScheme: "dark" }, shown);
  });

  it("are of windows by key", async () => {
    await shoot("console-keys-dark", "#/parcels", { viewport: DESK, colorScheme: "dark" }, (page) =>
      page.locator(".window").nth(2).waitFor(),
    );
  });

  it("are of a sync", async () => {
    await shoot("console-sync", "#/web%20shop/syncs", { viewport: DESK }, async (page) => {
      await page.getByRole("link", { name: /Sync of 1 event.*undeliverable/ }).click();
      await page.getByRole("heading", { name: "Time line" }).waitFor();
      await page.getByText("2 attempts").click();
      await page.locator("tbody tr").nth(1).waitFor();
    });
  });

  it("are of a configuration", async () => {
    await shoot(
      "console-configuration",
      "#/orders/configuration",
      { viewport: DESK },
      async (page) => {
        const field = page.getByRole("textbox", { name: "Configuration as JSON" });
        await field.fill((await field.inputValue()).replace("3600", '"an hour"'));
        await page.locator(".sheet .is-wrong").waitFor();
        await page.locator(".editor").evaluate("one => one.scrollTo(0, one.scrollHeight)");
      },
    );
  });

  it("are of the form on a phone", async () => {
    await shoot("console-phone", "#/parcels", { viewport: PHONE }, async (page) => {
      await page.getByRole("button", { name: "Send an event…" }).click();
      await page.getByRole("dialog").getByLabel("Endpoint").focus();
    });
  });
});

/** What the page shows, as WebP, which the browser itself writes: a third of a PNG. */
async function small(page: Page): Promise<Buffer> {
  const png = (await page.screenshot({ animations: "disabled" })).toString("base64");
  const blank = await page.context().newPage();
  for (const quality of [0.92, 0.85, 0.75, 0.6]) {
    const url = await blank.evaluate<string>(
      `(async () => {
        const image = await createImageBitmap(await (await fetch("data:image/png;base64,${png}")).blob());
        const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
        canvas.getContext("2d").drawImage(image, 0, 0);
        return canvas.toDataURL("image/webp", ${String(quality)});
      })()`,
    );
    const bytes = Buffer.from(url.replace(/^.*,/, ""), "base64");
    if (bytes.length <= MAX_BYTES) return bytes;
  }
  assert.fail(`an image is larger than ${String(MAX_BYTES)} bytes`);
}

/** An order that is complete, one that waits, parcels at all stages, and a warehouse that does not answer. */
async function happen(world: ConsoleWorld): Promise<void> {
  const json = (value: object): string => JSON.stringify(value);
  for (const item of ["lamp", "chair"]) await send("orders/packed", json({ order: 4711, item }));
  await send("orders/paid", json({ order: 4711, amount: 129 }));
  const page = await world.open("#/orders");
  await page.locator(".feed .is-sync").first().waitFor();
  await sendByForm(page, "paid", { Body: json({ order: 4712, amount: 89.9 }) });
  await sendByForm(page, "packed", { Body: json({ order: 4712, item: "table" }) });
  for (const [index, parcel] of ["DE-2207", "DE-2208", "FR-0113"].entries()) {
    const headers = { "X-Parcel-Id": parcel };
    if (index !== 1) await send("parcels/label", json({ parcel }), headers);
    for (let scan = 0; scan < 4 + 6 * index; scan++) {
      await send("parcels/scan", json({ parcel, scan }), headers);
    }
  }
  world.status = 503;
  await send("web%20shop/order", json({ order: 4713 }));
  await page.goto(page.url().replace(/#.*/, "#/web%20shop/deliveries"));
  await page.getByText("undeliverable").first().waitFor();
  await page.context().close();
}
