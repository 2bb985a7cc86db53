/** Numbers and names as a visitor reads them. */
import { LIMITS } from "./limits";

export function milliseconds(time: number): string {
  return time < 10 ? `${time.toFixed(1)} ms` : `${Math.round(time)} ms`;
}

export function duration(time: number): string {
  const seconds = Math.floor(time / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const pad = (part: number): string => String(part).padStart(2, "0");
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(seconds % 60)}` : `${minutes}:${pad(seconds % 60)}`;
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

export function typingSentence(names: readonly string[]): string {
  if (names.length === 0) return "";
  if (names.length === 1) return `${names[0]} is typing`;
  if (names.length <= LIMITS.typingNames) return `${names.slice(0, -1).join(", ")} and ${names.at(-1)} are typing`;
  return `${names.length} people are typing`;
}

/** Points of a polyline in a box of 100 × 24, filled from the left, the slowest at the top. */
export function curve(trips: readonly number[]): string {
  const slowest = Math.max(1, ...trips) * 1.15;
  const step = 100 / (LIMITS.roundTrips - 1);
  return trips.map((trip, i) => `${(i * step).toFixed(1)},${(23 - (trip / slowest) * 22).toFixed(1)}`).join(" ");
}

/** What went wrong, from an `Error` or from the client library's `{ code, message }`. */
export function reasonOf(fault: unknown): string {
  if (fault instanceof Error) return fault.message;
  const message = (fault as { message?: unknown } | null)?.message;
  return typeof message === "string" && message !== "" ? message : "unknown reason";
}
