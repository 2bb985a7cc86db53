/**
 * What the signal door says to a peer, and how it is read. Whatever arrives was written by somebody else: the reader takes
 * `unknown` and answers with a value inside its bounds or with null.
 */
import { LIMITS } from "../limits";
import { fields, type Person } from "../types";

/** Why there is no call, or none any more; it travels as an answer without a description. */
export type Over = "declined" | "hung up";

export type Heard =
  /** Who was in the room before us. */
  | { kind: "list"; peers: Person[] }
  | { kind: "joined"; peer: Person }
  | { kind: "left"; peer: Person }
  | { kind: "offer"; from: Person; sdp: string; video: boolean }
  | { kind: "answer"; from: Person; sdp: string }
  | { kind: "candidate"; from: Person; candidate: RTCIceCandidateInit }
  | { kind: "over"; from: Person; why: Over }
  /** Something was sent to a peer that is not there. */
  | { kind: "missing" };

/** The id of this window in the room: its own, so that a second tab of the same visitor is a second peer. */
export function peerId(user: string, name: string, dice: number): string {
  return `${user}-${Math.floor(dice * 36 ** 4).toString(36).padStart(4, "0")} ${name}`;
}

/** The peer of that id. What follows the first space is its name. */
export function readPeer(id: unknown): Person | null {
  if (typeof id !== "string" || id === "" || id.length > LIMITS.peerIdChars) return null;
  const name = id.slice(id.indexOf(" ") + 1).trim() || id;
  return { client: id, user: id, name };
}

export function readHeard(data: unknown): Heard | null {
  const message = fields(data);
  switch (message?.["type"]) {
    case "peer-list":
      return Array.isArray(message["peers"]) ? { kind: "list", peers: message["peers"].map(readPeer).filter((peer) => peer !== null) } : null;
    case "joined":
    case "left": {
      const peer = readPeer(message["peer"]);
      return peer === null ? null : { kind: message["type"], peer };
    }
    case "error":
      return message["code"] === "PEER_NOT_FOUND" ? { kind: "missing" } : null;
    default:
      return message === null ? null : relayed(message);
  }
}

function relayed(message: Record<string, unknown>): Heard | null {
  const from = readPeer(message["from"]);
  if (from === null) return null;
  const sdp = fields(message["sdp"])?.["sdp"];
  switch (message["type"]) {
    case "offer":
      return typeof sdp === "string" ? { kind: "offer", from, sdp, video: message["video"] === true } : null;
    case "answer":
      if (typeof sdp === "string") return { kind: "answer", from, sdp };
      return message["over"] === "declined" || message["over"] === "hung up" ? { kind: "over", from, why: message["over"] } : null;
    case "ice-candidate": {
      const candidate = fields(message["candidate"]);
      return candidate === null ? null : { kind: "candidate", from, candidate };
    }
    default:
      return null;
  }
}
