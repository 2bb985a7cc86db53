// Starts Debian's Chromium with an empty profile and opens windows of the demo in it. Each window is a browser context
// of its own, so that it is a visitor of its own; whatever it complains about in the console is kept.
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { chromium } from "playwright-core";

/** How long anything that should happen may take. */
export const PATIENCE = 20_000;

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A camera that shows a test picture, and nobody asked whether the page may use it. */
export const CAMERA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"];

/** Connections between windows of one machine, with and without another network beside the loopback. */
export const PEERS = ["--allow-loopback-in-peer-connection", "--disable-features=WebRtcHideLocalIpsWithMdns"];

/** Address of the demo. Asked for and absent is a failure. */
export function demoUrl() {
  const url = process.env.VESTIBULE_DEMO_URL;
  if (!url) throw new Error("VESTIBULE_DEMO_URL is not set: the address of the demo, such as http://127.0.0.1:8000/demo/");
  return new URL(url.endsWith("/") ? url : `${url}/`);
}

export class Browser {
  #chromium;
  #profile;

  /** `flags` are added to the command line. */
  static async start(flags = []) {
    const browser = new Browser();
    browser.#profile = await fs.mkdtemp(path.join(os.tmpdir(), "vestibule-profile-"));
    browser.#chromium = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: [...FLAGS, ...flags, `--disk-cache-dir=${browser.#profile}`],
    });
    return browser;
  }

  async stop() {
    await this.#chromium.close();
    await fs.rm(this.#profile, { recursive: true, force: true });
  }

  /** Opens the demo and waits until the window is live. */
  async open(url, look = {}) {
    const opened = new Window(await this.page(look));
    await opened.page.goto(url.href);
    await opened.live();
    return opened;
  }

  /** An empty window of a visitor of its own. */
  async page(look = {}) {
    const context = await this.#chromium.newContext({ viewport: { width: 1180, height: 760 }, ...look });
    context.setDefaultTimeout(PATIENCE);
    return context.newPage();
  }
}

/** One window of the demo, in the words of a visitor. */
export class Window {
  /** What the console said that no visitor should find there. */
  complaints = [];

  constructor(page) {
    this.page = page;
    page.on("console", (line) => ["error", "warning"].includes(line.type()) && this.complaints.push(line.text()));
    page.on("pageerror", (error) => this.complaints.push(String(error)));
    page.on("requestfailed", (request) => this.complaints.push(`${request.url()}: ${request.failure()?.errorText}`));
    page.on("request", (request) => this.#checkOrigin(request.url()));
  }

  async live() {
    await this.page.locator('body[data-line="live"]').waitFor();
    await this.page.locator("#people .chip-me").waitFor();
    this.user = await this.page.locator("#people .chip-me").getAttribute("data-user");
    this.name = await this.page.locator("#people .chip-me").getAttribute("title");
  }

  /** Waits until that window's visitor is in the list of those who are here, or no longer. */
  async sees(other, here = true) {
    await this.page.locator(`#people [data-user="${other.user}"]`).waitFor({ state: here ? "attached" : "detached" });
  }

  async say(text) {
    await this.page.getByLabel("Message", { exact: true }).fill(text);
    await this.page.keyboard.press("Enter");
  }

  /** Waits until a message with exactly that text has its place in the conversation. */
  async hears(text) {
    await this.messages().getByText(text, { exact: true }).last().waitFor();
  }

  messages() {
    return this.page.locator("#messages .msg .text");
  }

  /** Texts of the conversation that start with `prefix`, in the order shown. */
  async heard(prefix) {
    return (await this.messages().allTextContents()).filter((text) => text.startsWith(prefix));
  }

  async number(id) {
    return Number.parseFloat(await this.page.locator(`#${id}`).textContent());
  }

  /** Moves the pointer over the shared surface along places given as parts of it. */
  async point(...places) {
    const box = await this.page.locator("#stage").boundingBox();
    for (const [x, y] of places) await this.page.mouse.move(box.x + x * box.width, box.y + y * box.height, { steps: 4 });
  }

  /** The button that calls another window, which only its id tells from one of the same name. */
  caller(other, how = "") {
    const row = this.page.locator(`#callable [data-user="${other.user}"]`);
    return row.getByRole("button", { name: `Call ${other.name}${how}`, exact: true });
  }

  async close() {
    await this.page.context().close();
  }

  #checkOrigin(url) {
    const origin = new URL(url).origin;
    const own = new URL(this.page.url() === "about:blank" ? url : this.page.url()).origin;
    if (origin !== own && !url.startsWith("data:")) this.complaints.push(`asked another origin: ${url}`);
  }
}
