// The demo room with two visitors, each in a window of a real browser: what one does, the other sees.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Browser, demoUrl } from "./browser.js";
import { Line } from "./line.js";

const CUT_BUTTON = /Cut the line/;

describe("two windows in the demo room", { timeout: 180_000 }, () => {
  const url = demoUrl();
  // Texts of this run: the room may hold those of an earlier one.
  const run = `run ${Date.now().toString(36)}`;
  let browser, left, right;

  before(async () => {
    browser = await Browser.start();
    [left, right] = [await browser.open(url), await browser.open(url)];
  });

  after(async () => {
    await browser?.stop();
  });

  test("they are two visitors and see each other", async () => {
    assert.notEqual(left.user, right.user);
    await left.sees(right);
    await right.sees(left);
  });

  test("each is called by the name that the other window shows, too", async () => {
    for (const [one, other] of [[left, right], [right, left]]) {
      assert.match(one.name, /^[A-Z][a-z]+ [A-Z][a-z]+$/);
      const chip = other.page.locator(`#people [data-user="${one.user}"]`);
      assert.equal(await chip.getAttribute("title"), one.name);
    }
  });

  test("a message of one appears in the other, once, and in the sender's own window too", async () => {
    await left.say(`${run} hello`);
    await right.hears(`${run} hello`);
    await left.hears(`${run} hello`);
    assert.deepEqual(await right.heard(`${run} hello`), [`${run} hello`]);
    assert.deepEqual(await left.heard(`${run} hello`), [`${run} hello`]);
    assert.equal(await left.page.locator("#unsent .msg").count(), 0);
  });

  test("what looks like markup is shown as it was written", async () => {
    const text = `${run} <img src=x onerror="document.title='owned'"><b>bold</b>`;
    await left.say(text);
    await right.hears(text);
    assert.equal(await right.page.locator("#messages img, #messages b").count(), 0);
  });

  test("typing is seen by the other until the message is there", async () => {
    const typing = right.page.locator("#typing");
    await left.page.getByLabel("Message", { exact: true }).pressSequentially(`${run} slowly`);
    await typing.getByText(`${left.name} is typing`).or(typing.filter({ hasText: `${left.name} is typing` })).waitFor();
    await left.page.keyboard.press("Enter");
    await right.hears(`${run} slowly`);
    await right.page.locator("#typing:not([data-on])").waitFor({ state: "attached" });
  });

  test("a pointer is seen by the other where it is, and goes when it leaves the surface", async () => {
    const cursor = right.page.locator(`#cursors [data-user="${left.user}"]`);
    await left.point([0.2, 0.2], [0.25, 0.7]);
    await cursor.waitFor();
    await near(right, cursor, 0.25, 0.7);
    await left.point([0.8, 0.3]);
    await near(right, cursor, 0.8, 0.3);
    await left.page.getByRole("button", { name: CUT_BUTTON }).hover();
    await cursor.waitFor({ state: "detached" });
  });

  test("the keyboard moves a pointer too", async () => {
    await left.page.locator("#stage").focus();
    for (const key of ["ArrowRight", "ArrowDown", "ArrowDown"]) await left.page.keyboard.press(key);
    const cursor = right.page.locator(`#cursors [data-user="${left.user}"]`);
    await cursor.waitFor();
    await left.page.getByLabel("Message", { exact: true }).focus();
    await cursor.waitFor({ state: "detached" });
  });

  test("the round trip of an own signal is shown", async () => {
    await left.page.waitForFunction(() => /^\d+(\.\d)? ms$/.test(document.querySelector("#rtt").textContent));
  });

  test("a reload keeps the visitor and the history", async () => {
    const [user, before] = [left.user, await left.heard(run)];
    assert.ok(before.length > 0);
    await left.page.reload();
    await left.live();
    await left.hears(before.at(-1));
    assert.equal(left.user, user);
    assert.deepEqual(await left.heard(run), before);
    await right.sees(left);
  });

  test("what was said while the line was cut is caught up: all of it, once, in order", async () => {
    const caughtUp = await left.number("count-caught-up");
    await left.page.getByRole("button", { name: CUT_BUTTON }).click();
    await left.page.locator('body[data-line="away"]').waitFor();
    await right.sees(left, false);
    const missed = Array.from({ length: 7 }, (_, i) => `${run} missed ${i + 1}`);
    for (const text of missed) {
      await right.say(text);
      await right.hears(text);
    }
    assert.deepEqual(await left.heard(`${run} missed`), [], "the line was not cut");
    await left.live();
    await left.hears(missed.at(-1));
    assert.deepEqual(await left.heard(`${run} missed`), missed);
    assert.equal(await left.number("count-caught-up"), caughtUp + missed.length);
    assert.equal(await left.page.locator(`.seam[data-caught-up="${missed.length}"]`).count(), 1);
    await right.sees(left);
  });

  test("what is written while the line is cut is sent once it is back", async () => {
    await left.page.getByRole("button", { name: CUT_BUTTON }).click();
    await left.page.locator('body[data-line="away"]').waitFor();
    await left.say(`${run} patient`);
    await left.page.locator("#unsent .msg").waitFor();
    await left.live();
    await right.hears(`${run} patient`);
    await left.hears(`${run} patient`);
    assert.deepEqual(await right.heard(`${run} patient`), [`${run} patient`]);
    assert.deepEqual(await left.heard(`${run} patient`), [`${run} patient`]);
    assert.equal(await left.page.locator("#unsent .msg").count(), 0);
  });

  test("who leaves is gone from the other window, with his pointer", async () => {
    const guest = await browser.open(url);
    await left.sees(guest);
    await guest.point([0.5, 0.5], [0.6, 0.6]);
    const cursor = left.page.locator(`#cursors [data-user="${guest.user}"]`);
    await cursor.waitFor();
    await guest.close();
    await left.sees(guest, false);
    await cursor.waitFor({ state: "detached" });
    assert.deepEqual(guest.complaints, []);
  });

  test("the console of both windows stayed clean and nothing else was asked for", () => {
    assert.deepEqual(left.complaints, []);
    assert.deepEqual(right.complaints, []);
  });
});

describe("a line that really breaks", { timeout: 60_000 }, () => {
  const url = demoUrl();
  const run = `break ${Date.now().toString(36)}`;
  let browser, line;

  before(async () => {
    browser = await Browser.start();
    line = await Line.to(url);
  });

  after(async () => {
    await browser?.stop();
    await line?.close();
  });

  test("missed messages are caught up after connections were reset and refused", async () => {
    const [far, near] = [await browser.open(line.url), await browser.open(url)];
    await near.sees(far);
    line.break();
    await far.page.locator('body[data-line="away"]').waitFor();
    await near.sees(far, false);
    const missed = Array.from({ length: 5 }, (_, i) => `${run} missed ${i + 1}`);
    for (const text of missed) {
      await near.say(text);
      await near.hears(text);
    }
    line.mend();
    await far.live();
    await far.hears(missed.at(-1));
    assert.deepEqual(await far.heard(run), missed);
    assert.equal(await far.page.locator(`.seam[data-caught-up="${missed.length}"]`).count(), 1);
    assert.deepEqual(near.complaints, []);
  });
});

/** Waits until the tip of a cursor is at that part of the other window's surface. */
async function near(window, cursor, x, y) {
  const stage = await window.page.locator("#stage").elementHandle();
  await window.page.waitForFunction(
    ([tip, surface, x, y]) => {
      const [at, box] = [tip.getBoundingClientRect(), surface.getBoundingClientRect()];
      return Math.abs(at.left - box.left - x * box.width) < 3 && Math.abs(at.top - box.top - y * box.height) < 3;
    },
    [await cursor.elementHandle(), stage, x, y],
  );
}
