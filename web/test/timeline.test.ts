import { describe, expect, test } from "vitest";
import { Timeline } from "../src/timeline";

const at = (...offsets: number[]) => offsets.map((offset) => ({ offset }));
const shown = (timeline: Timeline<{ offset: number }>) => timeline.entries.map(({ offset }) => offset);

describe("a timeline", () => {
  test("shows each offset once, in order, whatever the order of arrival", () => {
    const timeline = new Timeline(10);
    expect(timeline.add({ offset: 2 })).toBe("appended");
    expect(timeline.add({ offset: 4 })).toBe("appended");
    expect(timeline.add({ offset: 3 })).toBe("inserted");
    expect(timeline.add({ offset: 3 })).toBe("known");
    expect(shown(timeline)).toEqual([2, 3, 4]);
  });

  test("merges a page of history with what came live while it was read", () => {
    const timeline = new Timeline(10);
    timeline.begin("a");
    for (const live of at(8, 9)) timeline.add(live);
    timeline.load(at(8, 7, 6), 8);
    expect(shown(timeline)).toEqual([6, 7, 8, 9]);
  });

  test("drops what a page no longer holds, so that no gap is shown as if it were none", () => {
    const timeline = new Timeline(10);
    for (const old of at(1, 2, 3)) timeline.add(old);
    timeline.load(at(103, 102, 101), 103);
    expect(shown(timeline)).toEqual([101, 102, 103]);
    expect(timeline.add({ offset: 3 })).toBe("known");
  });

  test("is empty when history is, and starts again at 1", () => {
    const timeline = new Timeline(10);
    timeline.add({ offset: 5 });
    timeline.load([], 5);
    expect(shown(timeline)).toEqual([]);
    expect(timeline.add({ offset: 6 })).toBe("appended");
  });

  test("forgets everything when the stream is another one, whose offsets start anew", () => {
    const timeline = new Timeline(10);
    expect(timeline.begin("a")).toBe(false);
    for (const old of at(1, 2, 3)) timeline.add(old);
    expect(timeline.begin("a")).toBe(false);
    expect(timeline.begin("b")).toBe(true);
    expect(timeline.add({ offset: 1 })).toBe("appended");
    expect(shown(timeline)).toEqual([1]);
  });

  test("keeps the newest within its bound, and what was dropped does not come back", () => {
    const timeline = new Timeline(3);
    for (const entry of at(1, 2, 3, 4, 5)) timeline.add(entry);
    expect(shown(timeline)).toEqual([3, 4, 5]);
    expect(timeline.add({ offset: 2 })).toBe("known");
    timeline.load(at(9, 8, 7, 6), 9);
    expect(shown(timeline)).toEqual([7, 8, 9]);
  });
});
