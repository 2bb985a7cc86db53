/**
 * Who this visitor is. The gateway invents an identity for each tab; the tab keeps the user id, so that a reload is
 * the same visitor. Tokens are short-lived and never kept.
 */
import { LIMITS } from "./limits";
import { fields } from "./types";

export interface Session {
  token: string;
  user: string;
  name: string;
  /** Absolute address of the WebSocket. */
  url: string;
  channels: { room: string; live: string };
}

/** Where the tab keeps the user id. */
export const KEPT = "vestibule.demo.user";

/** Asks for a session, as the visitor this tab already was if there is one. */
export async function openSession(): Promise<Session> {
  const session = await ask(sessionStorage.getItem(KEPT));
  sessionStorage.setItem(KEPT, session.user);
  return session;
}

/** A fresh token for the same user. */
export async function freshToken(user: string): Promise<string> {
  return (await ask(user)).token;
}

async function ask(user: string | null): Promise<Session> {
  const session = readSession(await askSession(user), document.baseURI);
  if (session === null) throw new Error("the gateway's answer is not a session");
  return session;
}

/** What the gateway answers to this visitor, or to a new one. */
export async function askSession(user: string | null): Promise<unknown> {
  const address = new URL("session", document.baseURI);
  if (user !== null) address.searchParams.set("user", user);
  const response = await fetch(address, { cache: "no-store", signal: AbortSignal.timeout(LIMITS.sessionTimeout) });
  if (!response.ok) throw new Error(`the gateway answered ${response.status}`);
  return response.json();
}

export function readSession(value: unknown, base: string): Session | null {
  const from = fields(value);
  const channels = fields(from?.["channels"]);
  const texts = [from?.["token"], from?.["user"], from?.["name"], from?.["url"], channels?.["room"], channels?.["live"]];
  if (!texts.every((text) => typeof text === "string" && text !== "")) return null;
  const [token, user, name, url, room, live] = texts as [string, string, string, string, string, string];
  return { token, user, name, url: beside(url, base), channels: { room, live } };
}

/** The address of a WebSocket: a path or http address becomes the ws address beside the page. */
export function beside(url: string, base: string): string {
  const address = new URL(url, base);
  if (address.protocol === "http:") address.protocol = "ws:";
  if (address.protocol === "https:") address.protocol = "wss:";
  return address.href;
}
