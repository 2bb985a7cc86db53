// Two pages of an application in a real browser find each other at the signal door and exchange data over a data channel,
// directly and then through a relay alone.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startCoturn } from "../signal/lib/coturn.js";
import { startDoor } from "../signal/lib/door.js";
import { Browser, PEERS } from "./browser.js";
import { Host } from "./host.js";

describe("two pages of an application at the door", { timeout: 60_000 }, () => {
  let browser, coturn, door, host;

  before(async () => {
    [browser, coturn, host] = await Promise.all([Browser.start(PEERS), startCoturn(), Host.start()]);
    door = await startDoor({ SIGNAL_TURN_SECRET: coturn.secret, SIGNAL_TURN_URLS: coturn.url });
  });

  after(async () => {
    await Promise.all([browser?.stop(), coturn?.stop(), door?.stop(), host?.stop()]);
  });

  /** A page that has joined its room, and whom it found there. */
  async function page(settings) {
    const page = await browser.page();
    await page.goto(host.page);
    return { page, found: await page.evaluate((settings) => join(settings), settings) };
  }

  /** Two pages in a room of their own, with an open channel between them. */
  async function pair(room, ice) {
    const { token } = await door.issue({ subject: room, ttl: "1h" });
    const settings = { url: `${door.endpoint}?token=${token}`, room, ice: await ice(token) };
    const left = await page({ ...settings, id: "left" });
    const right = await page({ ...settings, id: "right" });
    assert.deepEqual([left.found, right.found], [[], ["left"]]);
    const paths = await Promise.all([left.page.evaluate(() => peer.open("right")), right.page.evaluate(() => peer.open("left"))]);
    return { left: left.page, right: right.page, paths };
  }

  async function talk(left, right) {
    await left.evaluate(() => peer.say("right", "from the left"));
    assert.equal(await right.evaluate(() => peer.heard()), "from the left");
    await right.evaluate(() => peer.say("left", "from the right"));
    assert.equal(await left.evaluate(() => peer.heard()), "from the right");
  }

  test("they exchange data, from window to window", async () => {
    const { left, right, paths } = await pair("direct", () => ({}));
    assert.ok(paths.every(({ local }) => local === "host" || local === "prflx"), JSON.stringify(paths));
    await talk(left, right);
  });

  test("they exchange data through the relay alone, with the credentials of the door", async () => {
    const { left, right, paths } = await pair("relayed", async (token) => {
      const response = await fetch(`${door.http}/ice`, { headers: { authorization: `Bearer ${token}` } });
      return { iceServers: (await response.json()).iceServers, relayOnly: true };
    });
    assert.deepEqual(paths, [{ local: "relay", remote: "relay" }, { local: "relay", remote: "relay" }]);
    await talk(left, right);
  });
});
