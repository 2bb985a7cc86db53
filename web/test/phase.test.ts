import { describe, expect, test } from "vitest";
import { next, type Happened, type Next, type Phase } from "../src/call/phase";
import { readPeer } from "../src/call/types";
import { LIMITS } from "../src/limits";
import type { Person } from "../src/types";

const person = (id: string): Person => readPeer(id)!;
const [ann, bob, cy] = [person("a Ann"), person("b Bob"), person("c Cy")];
const offer = { sdp: "v=0", video: false };
const candidate = { candidate: "candidate:1", sdpMid: "0" };


/** What comes of several events in a row, with the acts of the last. */
function after(me: string, ...events: Happened[]): Next {
  let phase: Phase = { at: "idle" };
  let acts: Next["acts"] = [];
  for (const event of events) ({ phase, acts } = next(phase, event, me));
  return { phase, acts };
}

test("a call is offered, and stands once it is answered", () => {
  expect(after("a Ann", { kind: "call", peer: bob, video: true }).acts).toEqual([{ act: "offer", peer: bob, video: true }]);
  const answered = after("a Ann", { kind: "call", peer: bob, video: true }, { kind: "answer", from: bob, sdp: "v=0" });
  expect(answered).toEqual({ phase: { at: "talking", peer: bob }, acts: [{ act: "apply", sdp: "v=0" }] });
});

test("an offer rings, and what came meanwhile is there when it is picked up", () => {
  const picked = after("b Bob", { kind: "offer", from: ann, offer }, { kind: "candidate", from: ann, candidate }, { kind: "pick up", video: false });
  expect(picked.phase).toEqual({ at: "talking", peer: ann });
  expect(picked.acts).toEqual([{ act: "accept", peer: ann, offer, early: [candidate], video: false }]);
});

test("candidates that come while it rings are bounded", () => {
  const many = Array.from({ length: LIMITS.earlyCandidates + 5 }, (): Happened => ({ kind: "candidate", from: ann, candidate }));
  const { phase } = after("b Bob", { kind: "offer", from: ann, offer }, ...many);
  expect(phase.at === "ringing" && phase.early.length).toBe(LIMITS.earlyCandidates);
});

describe("when both call each other", () => {
  test("the smaller id keeps its offer", () => {
    const { phase, acts } = after("a Ann", { kind: "call", peer: bob, video: false }, { kind: "offer", from: bob, offer });
    expect([phase.at, acts]).toEqual(["calling", []]);
  });

  test("the larger id takes its offer back and answers at once, with the video it wanted", () => {
    const { phase, acts } = after("b Bob", { kind: "call", peer: ann, video: true }, { kind: "offer", from: ann, offer });
    expect(phase).toEqual({ at: "talking", peer: ann });
    expect(acts).toEqual([{ act: "close" }, { act: "accept", peer: ann, offer, early: [], video: true }]);
  });
});

test("who is busy declines a third, and hears nothing of him", () => {
  const busy: Happened[] = [{ kind: "call", peer: bob, video: false }, { kind: "answer", from: bob, sdp: "v=0" }];
  expect(after("a Ann", ...busy, { kind: "offer", from: cy, offer })).toEqual({
    phase: { at: "talking", peer: bob },
    acts: [{ act: "tell", peer: cy, why: "declined" }],
  });
  for (const event of [{ kind: "candidate", from: cy, candidate }, { kind: "over", from: cy, why: "hung up" }, { kind: "answer", from: cy, sdp: "" }] as Happened[]) {
    expect(after("a Ann", ...busy, event)).toEqual({ phase: { at: "talking", peer: bob }, acts: [] });
  }
});

test("hanging up tells the other why", () => {
  const why = (...events: Happened[]) => after("b Bob", ...events, { kind: "hang up" }).acts;
  expect(why({ kind: "offer", from: ann, offer })).toEqual([{ act: "tell", peer: ann, why: "declined" }, { act: "close" }]);
  expect(why({ kind: "call", peer: ann, video: false })).toEqual([{ act: "tell", peer: ann, why: "hung up" }, { act: "close" }]);
  expect(why()).toEqual([]);
});

test("who is called and is not there ends the call; a call that stands needs the door no more", () => {
  const calling: Happened[] = [{ kind: "call", peer: bob, video: false }];
  for (const peer of [null, bob]) expect(after("a Ann", ...calling, { kind: "gone", peer }).phase.at).toBe("idle");
  const talking: Happened[] = [...calling, { kind: "answer", from: bob, sdp: "v=0" }];
  for (const peer of [null, bob]) expect(after("a Ann", ...talking, { kind: "gone", peer }).phase.at).toBe("talking");
  expect(after("a Ann", ...talking, { kind: "lost" }).phase.at).toBe("idle");
});

test("a second offer of the same peer rings again", () => {
  const talking: Happened[] = [{ kind: "call", peer: bob, video: false }, { kind: "answer", from: bob, sdp: "v=0" }];
  const again = after("a Ann", ...talking, { kind: "offer", from: bob, offer });
  expect([again.phase.at, again.acts]).toEqual(["ringing", [{ act: "close" }]]);
});
