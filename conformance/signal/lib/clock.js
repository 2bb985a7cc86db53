// The time that clients wait by. A test either turns it by hand or lets every wait be over at once.

import { Record } from '../../lib/waiting.js';

/** A clock that stands still until the test ends the next wait. */
export class HandClock {
  #alarms = [];
  /** Every wait that was asked for, in milliseconds. */
  waits = new Record('a wait before the next attempt');

  after(delay, ring) {
    const alarm = { ring };
    this.#alarms.push(alarm);
    this.waits.add(delay);
    return () => { this.#alarms = this.#alarms.filter((other) => other !== alarm); };
  }

  /** Waits until the client waits, then ends its wait at once; answers how long it would have been. */
  async skip() {
    const delay = await this.waits.next();
    this.#alarms.shift()?.ring();
    return delay;
  }
}

/** Real time that runs faster, so that the distances between waits stay what they are. */
export class FastClock {
  #factor;
  waits = new Record('a wait before the next attempt');

  constructor(factor) {
    this.#factor = factor;
  }

  after(delay, ring) {
    this.waits.add(delay);
    const timer = setTimeout(ring, delay / this.#factor);
    return () => clearTimeout(timer);
  }
}
