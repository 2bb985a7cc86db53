// Waiting for what must happen, with a bound, and remembering what has happened already.

/** Long enough for a busy machine, short enough to end a hopeless test. */
export const PATIENCE_MS = 15_000;

/** Resolves as the promise does, or rejects with a sentence once that time is over. */
export function within(promise, what, ms = PATIENCE_MS) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not happen within ${ms} ms`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** A list that grows, and lets a test take its items in order, waiting for those that have not come yet. */
export class Record {
  #items = [];
  #taken = 0;
  #waiting = [];

  constructor(what) {
    this.what = what;
  }

  add(item) {
    this.#items.push(item);
    this.#waiting.shift()?.();
  }

  /** Everything so far, taken or not. */
  get all() {
    return [...this.#items];
  }

  /** The oldest item that no call has taken yet. */
  async next() {
    const index = this.#taken++;
    if (index >= this.#items.length) {
      await within(new Promise((resolve) => this.#waiting.push(resolve)), this.what);
    }
    return this.#items[index];
  }

  /** The next `count` items. */
  async take(count) {
    const items = [];
    while (items.length < count) items.push(await this.next());
    return items;
  }
}

/** Records of the named events of an emitter: `events(client, ['connected']).connected.next()`. */
export function events(emitter, names) {
  return Object.fromEntries(names.map((name) => {
    const record = new Record(`the event '${name}'`);
    emitter.on(name, (context) => record.add(context));
    return [name, record];
  }));
}

/** A promise with the function that resolves it. */
export function resolvers() {
  const made = {};
  made.promise = new Promise((resolve) => { made.resolve = resolve; });
  return made;
}
