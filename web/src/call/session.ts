/** Who this visitor is at the signal door: his name, the room and a token for it. */
import { LIMITS } from "../limits";
import { askSession, beside, KEPT } from "../session";
import { fields } from "../types";

export interface CallSession {
  user: string;
  name: string;
  /** Absolute address of the signal door's WebSocket. */
  url: string;
  room: string;
  token: string;
  /** Absolute address at which the door gives out ICE servers. */
  ice: string;
}

/** A session with a fresh token, as the visitor this tab already was if there is one. */
export async function openCallSession(): Promise<CallSession> {
  const session = readCallSession(await askSession(sessionStorage.getItem(KEPT)), document.baseURI);
  if (session === null) throw new Error("the gateway has no signal door");
  sessionStorage.setItem(KEPT, session.user);
  return session;
}

export function readCallSession(value: unknown, base: string): CallSession | null {
  const from = fields(value);
  const call = fields(from?.["call"]);
  const texts = [from?.["user"], from?.["name"], call?.["url"], call?.["room"], call?.["token"], call?.["ice"]];
  if (!texts.every((text) => typeof text === "string" && text !== "")) return null;
  const [user, name, url, room, token, ice] = texts as [string, string, string, string, string, string];
  return { user, name, url: beside(url, base), room, token, ice: new URL(ice, base).href };
}

/** Relays and helpers for finding a path. Without any, windows on one machine still find each other. */
export async function iceServers({ ice, token }: CallSession): Promise<RTCIceServer[]> {
  try {
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(ice, { headers, cache: "no-store", signal: AbortSignal.timeout(LIMITS.sessionTimeout) });
    const servers = fields(await response.json())?.["iceServers"];
    return response.ok && Array.isArray(servers) ? (servers as RTCIceServer[]) : [];
  } catch {
    return [];
  }
}
