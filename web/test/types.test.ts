import { describe, expect, test } from "vitest";
import { LIMITS } from "../src/limits";
import { readPerson, readSaid, readSignal, writeSignal, type Signal } from "../src/types";

describe("signals", () => {
  const signals: Signal[] = [
    { kind: "move", points: [{ x: 0, y: 1 }, { x: 0.25, y: 0.5 }], drawing: true },
    { kind: "move", points: [{ x: 0.1234, y: 0.4321 }], drawing: false },
    { kind: "away" },
    { kind: "ripple", at: { x: 0.5, y: 0.75 } },
    { kind: "typing", on: true },
    { kind: "typing", on: false },
    { kind: "echo" },
  ];

  test.each(signals)("survive the wire: $kind", (signal) => {
    const wire = JSON.parse(JSON.stringify(writeSignal(signal, 7)));
    expect(readSignal(wire)).toEqual({ signal, count: 7 });
  });

  test("places outside the surface are moved to its edge", () => {
    expect(readSignal(["m", 1, 0, -5, 99_999])?.signal).toEqual({ kind: "move", points: [{ x: 0, y: 1 }], drawing: false });
  });

  test.each([
    null,
    "m",
    {},
    [],
    ["m"],
    ["m", 1],
    ["m", 1, 0],
    ["m", 1, 0, 5],
    ["m", 1, 0, "1", 2],
    ["r", 1],
    ["x", 1],
    ["t", "1", 1],
    ["m", 1, 1, ...Array<number>(2 * LIMITS.pointerPoints + 1).fill(0)],
  ])("what is none is none: %j", (data) => {
    expect(readSignal(data)).toBeNull();
  });

  test("a signal with as many points as allowed is read", () => {
    const points = Array.from({ length: LIMITS.pointerPoints }, () => ({ x: 0.5, y: 0.5 }));
    expect(readSignal(writeSignal({ kind: "move", points, drawing: true }, 1))?.signal).toMatchObject({ points });
  });
});

describe("chat messages", () => {
  test("are clipped to the bound", () => {
    expect(readSaid({ text: "a".repeat(5000), id: "b".repeat(500), at: 1 })).toEqual({
      text: "a".repeat(LIMITS.chatChars),
      id: "b".repeat(64),
      at: 1,
    });
  });

  test("need nothing but a text: other programs write them too", () => {
    expect(readSaid({ text: "hi" })).toEqual({ text: "hi", id: "", at: 0 });
    expect(readSaid({ text: "hi", id: 5, at: "now" })).toEqual({ text: "hi", id: "", at: 0 });
  });

  test.each([null, "hi", ["hi"], {}, { text: 5 }, { text: "  \n" }])("are none without one: %j", (data) => {
    expect(readSaid(data)).toBeNull();
  });
});

describe("people", () => {
  test("have the name of their token, and else their user id", () => {
    const info = { client: "c", user: "guest-1" };
    expect(readPerson({ ...info, connInfo: { name: " Amber Heron " } })?.name).toBe("Amber Heron");
    expect(readPerson({ ...info, connInfo: { name: 5 } })?.name).toBe("guest-1");
    expect(readPerson(info)?.name).toBe("guest-1");
    expect(readPerson({ client: "c", user: "" })?.name).toBe("Guest");
  });

  test("are nobody without ids", () => {
    expect(readPerson(undefined)).toBeNull();
    expect(readPerson({ client: "c" })).toBeNull();
  });
});
