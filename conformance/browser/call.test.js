// The call demo with two windows of a real browser: one call, seen, heard of at the door, and hung up.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Browser, CAMERA, PEERS, demoUrl } from "./browser.js";

const url = new URL("call", demoUrl());

/** Waits until the window is in that phase of a call. */
const at = (window, phase) => window.page.locator(`body[data-phase="${phase}"]`).waitFor();
/** Waits until the data channel between the windows is open. */
const open = (window) => window.page.locator("body[data-open]").waitFor();
const press = (window, name) => window.page.getByRole("button", { name, exact: true }).click();
const news = (window, text) => window.page.locator("#call-news").getByText(text, { exact: true }).waitFor();

/** The types of the messages that passed the door in that direction, one of each in a row. */
async function passed(window, direction) {
  const types = await window.page.locator(`#tape [data-direction="${direction}"]`).evaluateAll((items) => items.map(({ dataset }) => dataset.type));
  return types.filter((type, place) => type !== types[place - 1]);
}

async function call(from, to, how = "") {
  await from.caller(to, how).click();
  await at(to, "ringing");
}

describe("two windows and one call", { timeout: 120_000 }, () => {
  let browser, left, right;

  before(async () => {
    browser = await Browser.start([...CAMERA, ...PEERS]);
    left = await browser.open(url);
    right = await browser.open(url);
    await Promise.all([left.sees(right), right.sees(left)]);
  });

  after(async () => {
    await browser?.stop();
  });

  test("a call rings, is answered, and stands between the windows", async () => {
    await call(left, right);
    await press(right, "Answer");
    await Promise.all([open(left), open(right)]);
    await Promise.all([at(left, "talking"), at(right, "talking")]);
    for (const window of [left, right]) {
      await window.page.waitForFunction(() => document.querySelector("#path").textContent === "host to host");
      await window.page.waitForFunction(() => /^\d+(\.\d)? ms$/.test(document.querySelector("#rtt").textContent));
    }
  });

  test("the list shows what went through the door, and nothing of it is a secret", async () => {
    const [out, back] = [await passed(left, "out"), await passed(left, "in")];
    assert.deepEqual(out.slice(0, 3), ["register", "offer", "ice-candidate"]);
    assert.ok(back.includes("peer-list") && back.includes("answer") && back.includes("ice-candidate"), back.join(" "));
    assert.ok(back.indexOf("answer") < back.lastIndexOf("ice-candidate"));
    const offer = right.page.locator('#tape [data-direction="in"][data-type="offer"]');
    await offer.locator("summary").click();
    assert.match(await offer.locator(".raw").textContent(), /"type": "offer"[^]*v=0/);
    await offer.locator("summary").click();
    assert.doesNotMatch(await left.page.locator("body").textContent(), /eyJ/);
  });

  test("a pointer goes from window to window, and the door hears nothing of it", async () => {
    const [before, direct] = [await left.page.locator("#tape li").count(), await right.number("count-direct")];
    await left.point([0.2, 0.2], [0.4, 0.6]);
    await right.page.locator(`#cursors [data-user="${left.user}"]`).waitFor();
    assert.ok((await right.number("count-direct")) > direct);
    assert.equal(await left.page.locator("#tape li").count(), before);
  });

  test("one hangs up, and both are ready for the next call", async () => {
    await press(left, "Hang up");
    await Promise.all([at(left, "idle"), at(right, "idle")]);
    await news(right, `${left.name} hung up`);
    assert.equal(await right.page.locator("#cursors .cursor").count(), 0);
  });

  test("a call with video shows the one who has a camera on to the other", async () => {
    await call(right, left, " with video");
    await left.page.locator("#ringing-with").getByText("with video").waitFor();
    await press(left, "Answer");
    await Promise.all([open(left), open(right)]);
    await moving(left, "#theirs");
    await moving(right, "#mine");
    assert.equal(await right.page.locator("#theirs[data-video]").count(), 0);
    await press(right, "Hang up");
    await Promise.all([at(left, "idle"), at(right, "idle")]);
  });

  test("with both cameras on, each sees the other", async () => {
    await call(left, right, " with video");
    await right.page.locator("#answer-video").click();
    await Promise.all([moving(left, "#theirs"), moving(right, "#theirs"), moving(left, "#mine"), moving(right, "#mine")]);
    await press(right, "Hang up");
    await at(left, "idle");
  });

  test("a call can be declined, and taken back", async () => {
    await call(left, right);
    await press(right, "Decline");
    await at(left, "idle");
    await news(left, `${right.name} declined`);
    await call(left, right);
    await press(left, "Cancel");
    await at(right, "idle");
    await news(right, `${left.name} hung up`);
  });

  test("windows that call each other at the same moment have one call", async () => {
    const click = (button) => button.click();
    await Promise.all([[left, right], [right, left]].map(([from, to]) => from.caller(to).evaluate(click)));
    // Whom the other's offer reached before his own click, it rings for; otherwise one of them answers by itself.
    for (const { page } of [left, right]) {
      page.locator('body[data-phase="ringing"]').waitFor().then(() => page.locator("#answer").evaluate(click), () => {});
    }
    await Promise.all([open(left), open(right)]);
    await Promise.all([at(left, "talking"), at(right, "talking")]);
    await press(left, "Hang up");
    await at(right, "idle");
  });

  test("who closes the window has hung up", async () => {
    const guest = await browser.open(url);
    await left.sees(guest);
    await call(left, guest);
    await press(guest, "Answer");
    await open(left);
    await guest.close();
    await at(left, "idle");
    await left.sees(guest, false);
    assert.deepEqual(guest.complaints, []);
  });

  test("the way between the room and the call keeps the visitor", async () => {
    const guest = await browser.open(url);
    const user = guest.user.slice(0, guest.user.indexOf("-", "guest-".length));
    await guest.page.getByRole("link", { name: "Room", exact: true }).click();
    await guest.page.waitForURL(demoUrl().href);
    assert.equal(await guest.page.evaluate(() => sessionStorage.getItem("vestibule.demo.user")), user);
    await guest.page.getByRole("link", { name: "Call", exact: true }).click();
    await guest.page.waitForURL(url.href);
    await guest.live();
    assert.ok(guest.user.startsWith(user));
    await guest.close();
  });

  test("the console of both windows stayed clean and nothing else was asked for", () => {
    assert.deepEqual(left.complaints, []);
    assert.deepEqual(right.complaints, []);
  });
});

describe("a machine without a camera", { timeout: 60_000 }, () => {
  let browser;

  before(async () => {
    browser = await Browser.start(PEERS);
  });

  after(async () => {
    await browser?.stop();
  });

  test("a call with video is a call without pictures", async () => {
    const [left, right] = [await browser.open(url), await browser.open(url)];
    await Promise.all([left.sees(right), right.sees(left)]);
    await call(left, right, " with video");
    await press(right, "Answer");
    await Promise.all([open(left), open(right)]);
    assert.equal(await left.page.locator(".tile[data-video]").count(), 0);
  });
});

/** Waits until a picture moves in that tile. */
async function moving(window, tile) {
  await window.page.locator(`${tile}[data-video]`).waitFor();
  await window.page.waitForFunction((selector) => {
    const video = document.querySelector(`${selector} video`);
    return video.videoWidth > 0 && video.currentTime > 0;
  }, tile);
}
