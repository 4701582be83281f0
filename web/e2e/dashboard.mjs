// Signs in to a deployed dashboard in a real Chromium, as a person would, and checks what it shows.
//
// Environment: BASE_URL, USERNAME, PASSWORD; CHROMIUM (default /usr/bin/chromium); SHOTS: a folder for pictures.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { chromium } from "playwright-core";

const { BASE_URL, USERNAME, PASSWORD, CHROMIUM = "/usr/bin/chromium", SHOTS } = process.env;
assert(BASE_URL && USERNAME && PASSWORD, "Set BASE_URL, USERNAME and PASSWORD.");

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const profile = await mkdtemp(join(tmpdir(), "cairn-browser-"));
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: CHROMIUM,
  headless: true,
  viewport: { width: 1200, height: 900 },
  bypassCSP: false,
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});

const errors = [];

async function accessible(page, what) {
  // evaluate() is not held to the page's content security policy, so axe needs no exception from it.
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  const named = violations.map((each) => `${each.id}: ${each.nodes.map((node) => node.target).join(", ")}`);
  assert.deepEqual(named, [], `${what} is not accessible`);
}

async function shot(page, name) {
  if (SHOTS) await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true });
}

try {
  const page = await browser.newPage();
  page.on("console", (message) => {
    const { url } = message.location(); // the sign-in page is the issuer's, not ours
    if (message.type() === "error" && url.startsWith(BASE_URL)) errors.push(`${message.text()} ${url}`);
  });
  page.on("pageerror", (error) => errors.push(String(error)));
  page.setDefaultTimeout(30_000);

  await page.goto(BASE_URL);
  const signIn = page.getByRole("button", { name: "Sign in" });
  await signIn.waitFor();
  await accessible(page, "the welcome page");
  await shot(page, "dashboard-welcome");

  // By keyboard alone: past the skip link to the button.
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), "Sign in", "Tab does not reach Sign in");
  await page.keyboard.press("Enter");

  await page.locator('input[name="username"]').fill(USERNAME);
  await page.locator('input[name="password"]').fill(PASSWORD);
  await page.locator('input[name="password"]').press("Enter");

  await page.getByRole("heading", { name: "Your progress" }).waitFor();
  await page.waitForFunction(() => {
    const busy = [...document.querySelectorAll(".card [aria-busy]")].map((each) => each.getAttribute("aria-busy"));
    return busy.length === 6 && busy.every((each) => each === "false");
  });
  assert.equal(await page.locator(".trouble").count(), 0, await page.locator("main").innerText());
  const text = await page.locator("main").innerText();
  for (const expected of [/Level \d+/, /in a row/, /of \d+ unlocked/, /XP in all/, /In progress|Completed/]) assert.match(text, expected);
  assert.equal(await page.locator("tr.own").count(), 1, "the reader's own row is not on the board");
  assert.match(await page.locator("tr.own").innerText(), /you/);

  const today = page.locator('.month [aria-current="date"]');
  await today.waitFor();
  assert.match(await today.innerText(), /active, 5 XP/, "today is not active in the streak's month");

  await accessible(page, "the page in light");
  await shot(page, "dashboard");
  await page.emulateMedia({ colorScheme: "dark" });
  await accessible(page, "the page in dark");
  await shot(page, "dashboard-dark");
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize({ width: 320, height: 800 });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert(wide <= 320, `at 320 pixels the page is ${wide} wide`);
  await accessible(page, "the page at 320 pixels");
  await shot(page, "dashboard-narrow");

  await page.setViewportSize({ width: 1200, height: 900 });
  const all = page.getByRole("button", { name: /Show all \d+$/ });
  await all.press("Enter");
  assert((await page.locator(".achievements > li").count()) > 12, "Show all does not show all");
  await page.getByRole("button", { name: "Refresh" }).press("Enter");
  await page.getByRole("status").getByText("Refreshed at").waitFor({ state: "attached" });

  const board = page.getByRole("combobox", { name: "Board" });
  assert.equal(await board.locator("option").count(), 7);
  await board.press("ArrowDown");
  const ranked = page.locator(".card-board");
  await ranked.getByText(/ to .*\d{4} · \d+ player/).waitFor();
  assert.equal(await ranked.locator("tr.own").count(), 1, "the reader is not on the board of the last 7 days");
  await board.selectOption({ label: "Current streak" });
  await ranked.getByRole("columnheader", { name: "Days" }).waitFor();
  await accessible(page, "another board");
  await shot(page, "dashboard-board");

  await page.reload();
  await page.getByRole("heading", { name: "Your progress" }).waitFor();
  assert.deepEqual(errors, [], "the browser's console shows errors");

  await page.getByRole("button", { name: "Sign out" }).click();
  await page.waitForLoadState();
  await page.goto(BASE_URL);
  await page.getByRole("button", { name: "Sign in" }).waitFor();
  console.log("The dashboard shows a player's progress, by keyboard, in light, in dark and at 320 pixels.");
} finally {
  await browser.close();
  await rm(profile, { recursive: true, force: true });
}
