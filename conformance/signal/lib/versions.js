// What each version of the client does on the wire. Nothing else about them differs here.

/**
 * `query`: parameters it adds to the configured address, in this order.
 * `role`: whether it says `role` and `serveConsumers` when it registers.
 * `calms`: what sets its back-off to the beginning: a socket that opens, or only a message that proves it was let in.
 * `yields`: whether, of two that offer to each other at once, the one with the larger id takes its offer back.
 */
export const VERSIONS = {
  '0.1.0': { query: [], role: false, calms: 'open', yields: false },
  '1.0.0': { query: ['room'], role: false, calms: 'open', yields: false },
  '1.1.0': { query: ['room', 'nodeId'], role: false, calms: 'message', yields: true },
  '2.1.0': { query: ['room', 'nodeId'], role: true, calms: 'message', yields: true },
};

/** Messages that prove to 1.1.0 and later that the server has let them in. */
const PROOFS = ['peer-list', 'offer', 'answer', 'ice-candidate'];

/** Whether a message sets the back-off of that version to the beginning. */
export const calms = (version, type) => version.calms === 'message' && PROOFS.includes(type);

/** The address with the parameters of that version added to it as text. */
export function address(url, query, values) {
  return query.reduce((whole, name) => {
    const sign = whole.includes('?') ? '&' : '?';
    return `${whole}${sign}${name}=${encodeURIComponent(values[name])}`;
  }, url);
}

const FIRST_MS = 1_000;
const LONGEST_MS = 30_000;
const SPREAD = 0.3;

/** How long to wait before attempt number `attempt` (from 0) after a close; `dice` is between 0 and 1. */
export const backOff = (attempt, dice) => Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt * (1 + SPREAD * dice));
