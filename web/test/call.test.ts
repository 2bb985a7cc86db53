import { expect, test } from "vitest";
import { readCallSession } from "../src/call/session";
import { peerId, readHeard, readPeer } from "../src/call/types";
import { LIMITS } from "../src/limits";

test("an id holds the name, and two tabs of one visitor are two peers", () => {
  const [one, two] = [peerId("guest-1234", "Amber Heron", 0.1), peerId("guest-1234", "Amber Heron", 0.9)];
  expect(one).not.toBe(two);
  expect(readPeer(one)).toEqual({ client: one, user: one, name: "Amber Heron" });
  expect(peerId("guest-1234", "Amber Heron", 0)).toBe("guest-1234-0000 Amber Heron");
});

test("an id that is not ours is its own name", () => {
  expect(readPeer("node-7")?.name).toBe("node-7");
  for (const none of ["", 5, null, "x".repeat(LIMITS.peerIdChars + 1)]) expect(readPeer(none)).toBeNull();
});

test("messages of the door are read", () => {
  const bob = readPeer("b Bob")!;
  expect(readHeard({ type: "peer-list", peers: ["b Bob", 5] })).toEqual({ kind: "list", peers: [bob] });
  expect(readHeard({ type: "offer", from: "b Bob", sdp: { type: "offer", sdp: "v=0" }, video: true })).toEqual({ kind: "offer", from: bob, sdp: "v=0", video: true });
  expect(readHeard({ type: "answer", from: "b Bob", sdp: { type: "answer", sdp: "v=0" } })).toEqual({ kind: "answer", from: bob, sdp: "v=0" });
  expect(readHeard({ type: "answer", from: "b Bob", sdp: null, over: "declined" })).toEqual({ kind: "over", from: bob, why: "declined" });
  expect(readHeard({ type: "ice-candidate", from: "b Bob", candidate: { candidate: "c" } })).toEqual({ kind: "candidate", from: bob, candidate: { candidate: "c" } });
  expect(readHeard({ type: "error", code: "PEER_NOT_FOUND", message: "Peer x is not connected" })).toEqual({ kind: "missing" });
});

test.each([
  null,
  [],
  "offer",
  { type: "unheard-of" },
  { type: "offer", sdp: { sdp: "v=0" } },
  { type: "offer", from: "b", sdp: "v=0" },
  { type: "answer", from: "b", sdp: null, over: "bored" },
  { type: "peer-list", peers: {} },
  { type: "ice-candidate", from: "b", candidate: "c" },
])("what is not understood is nothing: %j", (message) => {
  expect(readHeard(message)).toBeNull();
});

test("a session has the door beside the page, or there is none", () => {
  const call = { url: "/signal", room: "call", token: "t", ice: "/ice" };
  const answer = { user: "guest-1", name: "Amber Heron", call };
  expect(readCallSession(answer, "https://example.org/demo/call")).toEqual({
    user: "guest-1",
    name: "Amber Heron",
    url: "wss://example.org/signal",
    room: "call",
    token: "t",
    ice: "https://example.org/ice",
  });
  for (const wrong of [null, { ...answer, call: undefined }, { ...answer, call: { ...call, token: "" } }]) expect(readCallSession(wrong, "http://x/")).toBeNull();
});
