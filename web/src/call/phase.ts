/**
 * Where a call stands and what follows from what happens. Pure: it says what is to be done, and `main.ts` does it.
 * Of two windows that call each other at once, the one with the smaller id keeps its offer and the other answers it.
 */
import { LIMITS } from "../limits";
import type { Person } from "../types";
import type { Over } from "./types";

export interface Offer {
  sdp: string;
  video: boolean;
}

export type Phase =
  | { at: "idle" }
  | { at: "calling"; peer: Person; video: boolean }
  /** `early`: candidates that came before the visitor has answered. */
  | { at: "ringing"; peer: Person; offer: Offer; early: RTCIceCandidateInit[] }
  | { at: "talking"; peer: Person };

export type Happened =
  | { kind: "call"; peer: Person; video: boolean }
  | { kind: "pick up"; video: boolean }
  | { kind: "hang up" }
  | { kind: "offer"; from: Person; offer: Offer }
  | { kind: "answer"; from: Person; sdp: string }
  | { kind: "candidate"; from: Person; candidate: RTCIceCandidateInit }
  | { kind: "over"; from: Person; why: Over }
  /** The peer left the room, or nothing can be sent to it. */
  | { kind: "gone"; peer: Person | null }
  /** The connection broke. */
  | { kind: "lost" };

export type Act =
  | { act: "offer"; peer: Person; video: boolean }
  | { act: "accept"; peer: Person; offer: Offer; early: RTCIceCandidateInit[]; video: boolean }
  | { act: "apply"; sdp: string }
  | { act: "candidate"; candidate: RTCIceCandidateInit }
  | { act: "tell"; peer: Person; why: Over }
  | { act: "close" }
  | { act: "say"; text: string };

export interface Next {
  phase: Phase;
  acts: Act[];
}

const IDLE: Phase = { at: "idle" };

export function next(phase: Phase, happened: Happened, me: string): Next {
  switch (happened.kind) {
    case "call":
      return phase.at === "idle" ? call(happened.peer, happened.video) : stay(phase);
    case "pick up":
      return phase.at === "ringing" ? pickUp(phase.peer, phase.offer, phase.early, happened.video) : stay(phase);
    case "hang up":
      return hangUp(phase);
    case "offer":
      return offered(phase, happened.from, happened.offer, me);
    case "answer":
      return answered(phase, happened.from, happened.sdp);
    case "candidate":
      return candidate(phase, happened.from, happened.candidate);
    case "over":
      return isWith(phase, happened.from) ? ends(phase, `${happened.from.name} ${happened.why}`) : stay(phase);
    case "gone":
      return gone(phase, happened.peer);
    case "lost":
      return phase.at === "idle" ? stay(phase) : ends(phase, "The connection broke");
  }
}

function call(peer: Person, video: boolean): Next {
  return { phase: { at: "calling", peer, video }, acts: [{ act: "offer", peer, video }] };
}

function pickUp(peer: Person, offer: Offer, early: RTCIceCandidateInit[], video: boolean): Next {
  return { phase: { at: "talking", peer }, acts: [{ act: "accept", peer, offer, early, video }] };
}

function hangUp(phase: Phase): Next {
  if (phase.at === "idle") return stay(phase);
  const why = phase.at === "ringing" ? "declined" : "hung up";
  return { phase: IDLE, acts: [{ act: "tell", peer: phase.peer, why }, { act: "close" }] };
}

function offered(phase: Phase, from: Person, offer: Offer, me: string): Next {
  if (phase.at === "idle") return { phase: { at: "ringing", peer: from, offer, early: [] }, acts: [] };
  if (!isWith(phase, from)) return { phase, acts: [{ act: "tell", peer: from, why: "declined" }] };
  if (phase.at === "calling") {
    if (me < from.client) return stay(phase);
    const { phase: talking, acts } = pickUp(from, offer, [], phase.video);
    return { phase: talking, acts: [{ act: "close" }, ...acts] };
  }
  // It calls again: what was before is over there already.
  return { phase: { at: "ringing", peer: from, offer, early: [] }, acts: [{ act: "close" }] };
}

function answered(phase: Phase, from: Person, sdp: string): Next {
  if (phase.at !== "calling" || !isWith(phase, from)) return stay(phase);
  return { phase: { at: "talking", peer: from }, acts: [{ act: "apply", sdp }] };
}

function candidate(phase: Phase, from: Person, one: RTCIceCandidateInit): Next {
  if (!isWith(phase, from)) return stay(phase);
  if (phase.at !== "ringing") return { phase, acts: [{ act: "candidate", candidate: one }] };
  if (phase.early.length >= LIMITS.earlyCandidates) return stay(phase);
  return stay({ ...phase, early: [...phase.early, one] });
}

/** Nobody in particular is gone when a message found no receiver: then it is whom we are calling. */
function gone(phase: Phase, peer: Person | null): Next {
  if (phase.at === "idle" || (peer === null ? phase.at !== "calling" : !isWith(phase, peer))) return stay(phase);
  // A call that stands needs the door no more: its own connection tells when it ends.
  return phase.at === "talking" ? stay(phase) : ends(phase, `${phase.peer.name} is gone`);
}

function ends(phase: Phase, text: string): Next {
  return phase.at === "idle" ? stay(phase) : { phase: IDLE, acts: [{ act: "close" }, { act: "say", text }] };
}

function isWith(phase: Phase, peer: Person): boolean {
  return phase.at !== "idle" && phase.peer.client === peer.client;
}

function stay(phase: Phase): Next {
  return { phase, acts: [] };
}
