import { describe, expect, test } from "vitest";
import { hueOf, initials } from "../src/colour";
import { LIMITS } from "../src/limits";
import { readSession } from "../src/session";
import { curve, duration, milliseconds, plural, reasonOf, typingSentence } from "../src/words";

test("times are as exact as they are small", () => {
  expect(milliseconds(0.94)).toBe("0.9 ms");
  expect(milliseconds(41.6)).toBe("42 ms");
  expect(duration(61_500)).toBe("1:01");
  expect(duration(3_723_000)).toBe("1:02:03");
});

test("who is typing is a sentence of bounded length", () => {
  expect(typingSentence([])).toBe("");
  expect(typingSentence(["Ann"])).toBe("Ann is typing");
  expect(typingSentence(["Ann", "Bob", "Cy"])).toBe("Ann, Bob and Cy are typing");
  expect(typingSentence(["Ann", "Bob", "Cy", "Di"])).toBe("4 people are typing");
});

test("one message, several messages", () => {
  expect(plural(1, "message")).toBe("1 message");
  expect(plural(0, "message")).toBe("0 messages");
});

test("the curve starts at the left edge, is full with as many as are kept, and stays inside its box", () => {
  const trips = Array.from({ length: LIMITS.roundTrips }, (_, i) => (i % 7) * 10);
  const points = curve(trips).split(" ").map((point) => point.split(",").map(Number));
  expect([points[0]?.[0], points.at(-1)?.[0]]).toEqual([0, 100]);
  expect(points.every(([x, y]) => x! >= 0 && x! <= 100 && y! >= 0 && y! <= 24)).toBe(true);
});

test("a fault of any shape has a reason", () => {
  expect(reasonOf(new Error("broken"))).toBe("broken");
  expect(reasonOf({ code: 103, message: "permission denied" })).toBe("permission denied");
  expect(reasonOf(null)).toBe("unknown reason");
});

test("a colour word at the start of a name decides the colour, and the user id without one", () => {
  expect(hueOf("guest-1", "Teal Otter")).toBe(hueOf("guest-2", "teal Ibis"));
  expect(hueOf("guest-1", "Otter")).toBe(hueOf("guest-1", "Heron"));
  expect(hueOf("guest-1", "constructor")).toBeTypeOf("number");
});

test("initials are the first letters of the first and the last word", () => {
  expect(initials("Amber Heron")).toBe("AH");
  expect(initials("guest")).toBe("G");
  expect(initials("")).toBe("?");
  expect(initials("Éa van Øst")).toBe("ÉØ");
});

describe("a session", () => {
  const answer = {
    token: "t",
    user: "guest-1",
    name: "Amber Heron",
    url: "/connection/websocket",
    channels: { room: "demo:room", live: "live:room" },
  };

  test("has the WebSocket beside the page", () => {
    expect(readSession(answer, "http://localhost:8000/demo/")?.url).toBe("ws://localhost:8000/connection/websocket");
    expect(readSession(answer, "https://example.org/demo/")?.url).toBe("wss://example.org/connection/websocket");
    expect(readSession({ ...answer, url: "wss://other/x" }, "http://localhost/")?.url).toBe("wss://other/x");
  });

  test.each([null, {}, { ...answer, token: "" }, { ...answer, channels: { room: "demo:room" } }])("is whole or none: %j", (value) => {
    expect(readSession(value, "http://localhost/")).toBeNull();
  });
});
