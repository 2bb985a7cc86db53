/**
 * What travels through the room, and how it is read. Whatever arrives was written by somebody else: each reader
 * takes `unknown` and answers with a value inside its bounds or with null.
 */
import { LIMITS } from "./limits";

/** One connection, as presence, joins, leaves and publications name it. */
export interface Person {
  /** Connection id: unique, a new one after every reconnect. */
  client: string;
  /** User id: the same in every tab of a visitor. */
  user: string;
  name: string;
}

/** The body of a chat message. */
export interface Said {
  /** Chosen by the sender, so that he knows his own message when it comes back; "" when there is none. */
  id: string;
  text: string;
  /** The sender's clock in milliseconds since 1970; 0 when unknown. */
  at: number;
}

/** A chat message with its place in the channel. */
export interface Entry extends Said {
  offset: number;
  from: Person;
}

/** A place on the shared surface, each axis 0..1. */
export interface Point {
  x: number;
  y: number;
}

/** What goes through the channel without history. */
export type Signal =
  | { kind: "move"; points: Point[]; drawing: boolean }
  | { kind: "away" }
  | { kind: "ripple"; at: Point }
  | { kind: "typing"; on: boolean }
  | { kind: "echo" };

/** Where the connection stands. */
export type Line = "connecting" | "live" | "away" | "refused";

/** Steps on each axis of the surface on the wire: integers are shorter than fractions. */
const GRID = 10_000;
const NAME_CHARS = 40;
const ID_CHARS = 64;

type Fields = Record<string, unknown>;

export function fields(value: unknown): Fields | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}

/** The value in a text that somebody else wrote; null when it is not JSON. */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export function readPerson(info: unknown): Person | null {
  const from = fields(info);
  if (from === null || typeof from["client"] !== "string" || typeof from["user"] !== "string") return null;
  const name = fields(from["connInfo"])?.["name"];
  return {
    client: from["client"],
    user: from["user"],
    name: typeof name === "string" && name.trim() !== "" ? name.trim().slice(0, NAME_CHARS) : from["user"] || "Guest",
  };
}

export function readSaid(data: unknown): Said | null {
  const said = fields(data);
  if (said === null || typeof said["text"] !== "string" || said["text"].trim() === "") return null;
  return {
    id: typeof said["id"] === "string" ? said["id"].slice(0, ID_CHARS) : "",
    text: said["text"].slice(0, LIMITS.chatChars),
    at: typeof said["at"] === "number" && said["at"] > 0 ? said["at"] : 0,
  };
}

/** `[k, n, ...]`: the kind, the sender's counter, then what the kind needs. */
export function writeSignal(signal: Signal, count: number): unknown {
  switch (signal.kind) {
    case "move":
      return ["m", count, signal.drawing ? 1 : 0, ...signal.points.flatMap(toGrid)];
    case "away":
      return ["a", count];
    case "ripple":
      return ["r", count, ...toGrid(signal.at)];
    case "typing":
      return ["t", count, signal.on ? 1 : 0];
    case "echo":
      return ["e", count];
  }
}

export function readSignal(data: unknown): { signal: Signal; count: number } | null {
  if (!Array.isArray(data) || data.length > 3 + 2 * LIMITS.pointerPoints) return null;
  const [kind, count, ...rest] = data as unknown[];
  if (typeof count !== "number" || !rest.every((part) => typeof part === "number")) return null;
  const signal = signalOf(kind, rest as number[]);
  return signal === null ? null : { signal, count };
}

function signalOf(kind: unknown, rest: number[]): Signal | null {
  switch (kind) {
    case "m": {
      const points = toPoints(rest.slice(1));
      return points.length > 0 ? { kind: "move", points, drawing: rest[0] === 1 } : null;
    }
    case "a":
      return { kind: "away" };
    case "r": {
      const [at] = toPoints(rest);
      return at === undefined ? null : { kind: "ripple", at };
    }
    case "t":
      return { kind: "typing", on: rest[0] === 1 };
    case "e":
      return { kind: "echo" };
    default:
      return null;
  }
}

function toGrid(point: Point): [number, number] {
  return [Math.round(clamp(point.x) * GRID), Math.round(clamp(point.y) * GRID)];
}

function toPoints(axes: number[]): Point[] {
  const points: Point[] = [];
  for (let i = 0; i + 1 < axes.length; i += 2) {
    points.push({ x: clamp(axes[i]! / GRID), y: clamp(axes[i + 1]! / GRID) });
  }
  return points;
}

function clamp(axis: number): number {
  return Math.min(1, Math.max(0, axis));
}
