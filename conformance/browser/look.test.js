// Pictures of both windows, wide and narrow, light and dark, written to a temporary folder; and that everything fits.
import assert from "node:assert/strict";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { Browser, CAMERA, PEERS, demoUrl } from "./browser.js";

describe("the look of the demos", { timeout: 120_000 }, () => {
  const scenes = { room: { url: demoUrl(), play: talk }, call: { url: new URL("call", demoUrl()), play: call } };
  const looks = {
    wide: { viewport: { width: 1280, height: 800 } },
    narrow: { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true },
  };
  let browser;

  before(async () => {
    browser = await Browser.start([...CAMERA, ...PEERS]);
  });

  after(async () => {
    await browser?.stop();
  });

  for (const [scene, { url, play }] of Object.entries(scenes)) {
    for (const [size, look] of Object.entries(looks)) {
      for (const colorScheme of ["light", "dark"]) {
        test(`the ${scene} fits a ${size} window in ${colorScheme}`, async (t) => {
          const folder = await fs.mkdtemp(path.join(os.tmpdir(), "vestibule-demo-"));
          const [one, two] = [await browser.open(url, { ...look, colorScheme }), await browser.open(url, { ...look, colorScheme })];
          await one.sees(two);
          await play(one, two);
          for (const [name, shown] of [["one", one], ["two", two]]) {
            assert.deepEqual(await overflow(shown.page), [], `${name} does not fit`);
            await shown.page.screenshot({ path: path.join(folder, `${scene}-${size}-${colorScheme}-${name}.png`) });
          }
          t.diagnostic(`pictures in ${folder}`);
          await one.close();
          await two.close();
        });
      }
    }
  }
});

/** A short conversation with a drawing, so that a picture of it shows what the room is for. */
async function talk(one, two) {
  await one.say("Is this thing live?");
  await two.hears("Is this thing live?");
  await two.say("Very. I can see your pointer.");
  await one.hears("Very. I can see your pointer.");
  await two.page.getByLabel("Message", { exact: true }).pressSequentially("And when I");
  await two.point([0.3, 0.6], [0.62, 0.55]);
  await one.point([0.2, 0.35]);
  await one.page.mouse.down();
  await one.point([0.28, 0.25], [0.36, 0.4], [0.44, 0.3], [0.5, 0.42]);
  await two.page.locator(`#cursors [data-user="${one.user}"]`).waitFor();
  await one.page.mouse.up();
}

/** A call in which one shows his camera and points at something. */
async function call(one, two) {
  await one.caller(two, " with video").click();
  await two.page.getByRole("button", { name: "Answer", exact: true }).click();
  await two.page.locator("#theirs[data-video]").waitFor();
  await one.page.locator("body[data-open]").waitFor();
  await one.point([0.2, 0.3], [0.5, 0.5]);
  await two.page.locator(`#cursors [data-user="${one.user}"]`).waitFor();
}

/** Parts of the frame that stick out of the window. */
async function overflow(page) {
  const { width, height } = page.viewportSize();
  return page.evaluate(([width, height]) => {
    const parts = document.querySelectorAll(".top > *, .panel, .people, .stage, .log, .compose, .tile, .tape, .strip > *, .strip dl > *");
    return [...parts]
      .filter((part) => part.checkVisibility())
      .filter((part) => {
        const { left, top, right, bottom } = part.getBoundingClientRect();
        return left < 0 || top < 0 || right > width + 0.5 || bottom > height + 0.5;
      })
      .map((part) => part.className || part.tagName);
  }, [width, height]);
}
