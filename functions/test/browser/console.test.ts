import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";

import { act, ConsoleWorld, sendByForm } from "../support/consolePage.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const MARKUP = "<img src=x onerror=alert(1)><script>alert(2)</script>";

describe("the console, in a browser", () => {
  let world: ConsoleWorld;
  before(async () => {
    world = await ConsoleWorld.start();
  });
  after(() => world.stop());
  afterEach(async function () {
    if (this.currentTest?.isFailed() === true) process.stdout.write(await world.lastText());
    assert.deepEqual(world.complaints.splice(0), [], "of these the page complains");
  });

  const said = (page: Page, text: string | RegExp): Promise<void> =>
    page.locator(".said").getByText(text).waitFor();
  const stand = (page: Page, name: string) => page.locator(".stand", { hasText: name });

  it("fills a window with what is sent from the page, until its message goes out", async () => {
    const page = await world.open("#/orders");
    await page.getByText("Nothing has come. It waits for 1 “paid” and 2 “packed”").waitFor();
    await sendByForm(page, "paid");
    await said(page, "“paid” is stored.");
    await stand(page, "paid").getByText("1 of 1").waitFor();
    await page.getByText("Waits for 2 “packed”").waitFor();
    await page.getByRole("timer").waitFor();
    await sendByForm(page, "packed");
    await stand(page, "packed").getByText("1 of 2").waitFor();
    await sendByForm(page, "packed");
    await page.getByRole("link", { name: /Sync of 3 events.*published/ }).click();
    await page.getByRole("heading", { name: "Time line" }).waitFor();
    const timeline = await page.locator(".timeline li").allInnerTexts();
    assert.deepEqual(
      timeline.map((line) => line.replace(/^\S+ s\s+/, "").replace(/message \d+/, "message …")),
      [
        ...["paid arrived", "packed arrived", "packed arrived"],
        ...["The window was closed, and its events claimed", "Published, message …"],
      ],
    );
    await act(page, "Send again…", "Send again");
    await said(page, /sent again/);
    await page.context().close();
  });

  it("shows what comes from strangers as text", async () => {
    const page = await world.open("#/parcels");
    const headers = `X-Parcel-Id: ${MARKUP}\nX-Note: ${MARKUP}\nContent-Type: text/plain`;
    const fields = { "Headers, one on each line": headers, Body: MARKUP, Query: "q=<b>b</b>" };
    await sendByForm(page, "label", fields);
    await page.locator(".window .key").getByText(MARKUP).waitFor();
    const line = page.locator(".feed details").first();
    await line.locator("summary").click();
    await line.locator(".code").getByText(MARKUP).waitFor();
    await line.getByRole("link", { name: "Everything about this event" }).click();
    await page.getByRole("heading", { name: "Headers" }).waitFor();
    await page.getByText("<b>b</b>").waitFor();
    assert.equal(await page.locator("main :is(img, script, b)").count(), 0);
    // The page's own header is none of the event's.
    assert.doesNotMatch(await page.locator("main").innerText(), /eventsync-console/i);
    await page.context().close();
  });

  it("closes a window by hand, and resets another, by key", async () => {
    const page = await world.open("#/parcels");
    for (const key of ["p-1", "p-2"]) {
      await sendByForm(page, "scan", { "Headers, one on each line": `X-Parcel-Id: ${key}` });
    }
    await act(page, "Trigger of p-1", "Trigger");
    await said(page, "Triggered: what had come of p-1 has been sent.");
    await page.getByRole("link", { name: /Sync of 1 event.*p-1.*triggered by hand/ }).waitFor();
    await act(page, "Reset of p-2", "Reset");
    await said(page, "Reset: what had come of p-2 does not count any more.");
    await page.getByRole("article", { name: "Window p-2" }).waitFor({ state: "detached" });
    await page.getByRole("searchbox", { name: "Window by its key" }).fill("p-2");
    await page.getByText("Nothing is open for “p-2”.").waitFor();
    await page.context().close();
  });

  it("shows the attempts at a target that fails, and redrives what it did not take", async () => {
    world.status = 500;
    const page = await world.open("#/web%20shop/deliveries");
    await sendByForm(page, "order");
    const delivery = page.getByRole("article", { name: "Delivery to warehouse" }).first();
    await delivery.getByText("undeliverable").waitFor();
    await delivery.getByText("2 attempts").click();
    await delivery.locator("tbody tr").nth(1).waitFor();
    const rows = await delivery.locator("tbody tr").allInnerTexts();
    assert.equal(rows.length, 2);
    for (const row of rows) assert.match(row, /HTTP 500.*out of <b>stock<\/b>/s);
    await page.getByText("1 undeliverable").waitFor();
    world.status = 200;
    await act(page, "Redrive to warehouse", "Redrive");
    await said(page, "The delivery to “warehouse” is tried again.");
    await delivery.getByText("delivered", { exact: true }).waitFor();
    await page.context().close();
  });

  it("pauses a target and resumes it, and says what became of a test", async () => {
    const page = await world.open("#/web%20shop");
    await act(page, "Pause warehouse", "Pause");
    await said(page, "“warehouse” is paused.");
    await page.getByText(/paused in the console/).waitFor();
    // For ten seconds an instance may rely on having read that it is not paused: what comes by then is delivered.
    const waits = page.getByText(/^\d+ deliver(y waits|ies wait)$/);
    for (let sent = 0; sent < 6 && !(await waits.isVisible()); sent++) {
      await sendByForm(page, "order");
      await waits.waitFor({ timeout: 5000 }).catch(() => undefined);
    }
    await waits.waitFor();
    await act(page, "Test warehouse", "Send test");
    await said(page, "“warehouse” took the test: HTTP 200.");
    await act(page, "Resume warehouse", "Resume");
    await said(page, /“warehouse” takes deliveries again\. What wait(s|ed) comes up by/);
    await page.getByRole("button", { name: "Pause warehouse" }).waitFor();
    await page.context().close();
  });

  it("shows what is wrong with a configuration at its line, while one types", async () => {
    const page = await world.open("#/orders/configuration");
    const field = page.getByRole("textbox", { name: "Configuration as JSON" });
    const given = await field.inputValue();
    const verdict = (text: string): Promise<void> =>
      page.getByText(text, { exact: true }).waitFor();
    await verdict("Valid");
    await field.fill(given.replace("3600", '"an hour"'));
    await verdict("1 problem");
    const wrong = page.locator(".sheet .is-wrong");
    const line = (await wrong.textContent()) ?? "";
    assert.match(line, /"observationPeriod": "an hour".*expected a whole number/s);
    await page.getByRole("button", { name: /^Line \d+$/ }).click();
    assert.equal(await page.evaluate<string>("String(getSelection())"), '"an hour"');
    await field.fill(given.replace("],", "]"));
    await page.locator(".problems").getByText("here it is no JSON").waitFor();
    await field.fill(given.replace('"min": 2', '"min": 3'));
    await verdict("Valid");
    await page
      .getByText(/3 “packed”/)
      .last()
      .waitFor();
    await page.context().close();
  });

  it("says what is wrong in words, where something is refused", async () => {
    const page = await world.open("#/parcels");
    await page.getByRole("button", { name: "Send an event…" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Headers, one on each line").fill("");
    await dialog.getByRole("button", { name: "Send event" }).click();
    await dialog.getByRole("alert").getByText(/key/).waitFor();
    await page.goto(page.url().replace(/#.*/, "#/parcels/syncs/none"));
    await page
      .getByRole("alert")
      .getByText(/has no sync "none"/)
      .waitFor();
    await page.context().close();
  });

  it("is operated by keyboard alone", async () => {
    const page = await world.open("#/orders");
    const focused = (): Promise<string> =>
      page.evaluate<string>(
        "document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent.trim()",
      );
    const tabTo = async (name: string): Promise<void> => {
      for (let presses = 0; presses < 40; presses++) {
        await page.keyboard.press("Tab");
        if ((await focused()) === name) return;
      }
      assert.fail(`${name} is not reached by Tab`);
    };
    await page.keyboard.press("Tab");
    assert.equal(await focused(), "To the content");
    await tabTo("Send an event…");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    assert.equal(await focused(), "Send an event…", "the focus has not come back");
    await page.locator(".stand").first().waitFor();
    await tabTo("Reset of orders");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: "Reset this window?" }).waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await said(page, "Reset: what had come of orders does not count any more.");
    await page.keyboard.press("Shift+Tab");
    await page.locator(".tabs").getByText("Syncs").focus();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Syncs", level: 2 }).waitFor();
    assert.equal(await page.evaluate<string>("document.activeElement.id"), "content");
    await page.context().close();
  });

  for (const colorScheme of ["light", "dark"] as const) {
    it(`has nothing that axe finds serious, in ${colorScheme}`, async function () {
      this.timeout(120_000);
      const page = await world.open("#/", { colorScheme });
      for (const hash of [
        ...["#/", "#/orders", "#/parcels", "#/web%20shop", "#/orders/events", "#/orders/syncs"],
        ...["#/web%20shop/deliveries", "#/orders/configuration"],
      ]) {
        await page.goto(page.url().replace(/#.*/, hash));
        await page.waitForLoadState("networkidle").catch(() => undefined);
        await page.locator("main h2, main .services").first().waitFor();
        assert.deepEqual(await seriousIn(page), [], hash);
      }
      await page.getByRole("button", { name: "Send an event…" }).click();
      assert.deepEqual(await seriousIn(page), [], "the form");
      await page.context().close();
    });
  }

  it("fits a phone", async () => {
    const page = await world.open("#/orders", { viewport: { width: 390, height: 844 } });
    for (const hash of [
      "#/orders",
      "#/web%20shop/deliveries",
      "#/orders/configuration",
      "#/parcels",
    ]) {
      await page.goto(page.url().replace(/#.*/, hash));
      await page.locator("main h2").first().waitFor();
      if (hash.endsWith("/deliveries")) {
        await page
          .getByText(/^\d attempts?$/)
          .first()
          .click();
        await page.locator("tbody tr").first().waitFor();
      }
      const width = await page.evaluate<number>("document.documentElement.scrollWidth");
      assert.ok(width <= 390, `${hash} is ${String(width)} pixels wide`);
    }
    await page.context().close();
  });

  it("asks for nothing while nobody looks", async () => {
    const page = await world.open("#/orders", { hasOwnClock: true });
    await page.locator(".stand").first().waitFor();
    const look = async (isHidden: boolean): Promise<void> => {
      await page.evaluate(
        `Object.defineProperty(document, "hidden", { value: ${String(isHidden)}, configurable: true });
         document.dispatchEvent(new Event("visibilitychange"));`,
      );
    };
    await look(true);
    await page.getByText("Asleep").waitFor();
    let asked = 0;
    page.on("request", () => asked++);
    await page.clock.fastForward(60_000);
    assert.equal(asked, 0);
    await look(false);
    await page.getByText("Live", { exact: true }).waitFor();
    await page.waitForRequest(/\/api\/status\//);
    // Nor where it was left open, and nobody has touched it.
    await page.clock.fastForward(20 * 60_000);
    await page.getByText("Asleep").waitFor();
    await page.context().close();
  });

  it("opens soon", async () => {
    const page = await world.open("#/orders");
    await page.reload();
    await page.locator("html[data-ready]").waitFor();
    const [paintMs = NaN, bytes = NaN] = await page.evaluate<number[]>(
      `[performance.getEntriesByName("first-contentful-paint")[0].startTime,
        performance.getEntriesByType("navigation")[0].encodedBodySize]`,
    );
    process.stdout.write(
      `      first paint after ${paintMs.toFixed(0)} ms, ${String(bytes)} bytes\n`,
    );
    assert.ok(paintMs < 5000);
    await page.context().close();
  });
});

async function seriousIn(page: Page): Promise<string[]> {
  // By the browser's tools, as the page's policy lets nothing in.
  await page.evaluate(AXE);
  const { violations } = await page.evaluate<{ readonly violations: readonly Violation[] }>(
    "axe.run()",
  );
  return violations
    .filter(({ impact }) => ["serious", "critical"].includes(impact))
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`);
}

/** As far as it is told. */
interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string }[];
}
