import { describe, expect, test } from "vitest";
import { LIMITS } from "../src/limits";
import { RoundTrip } from "../src/roundtrip";

describe("the round trip", () => {
  test("is the time between leaving and coming back", () => {
    const trip = new RoundTrip();
    const count = trip.leave(100);
    expect(trip.back(count, 103)).toBe(true);
    expect(trip.typical).toBe(3);
  });

  test("counts each return once and none that was not sent", () => {
    const trip = new RoundTrip();
    const count = trip.leave(100);
    trip.back(count, 101);
    expect(trip.back(count, 150)).toBe(false);
    expect(trip.back(count + 1, 150)).toBe(false);
    expect(trip.trips).toEqual([1]);
  });

  test("is the middle of the last five, so that one hiccup does not show", () => {
    const trip = new RoundTrip();
    for (const time of [900, 2, 3, 250, 2, 4]) trip.back(trip.leave(0), time);
    expect(trip.typical).toBe(3);
  });

  test("is unknown before the first return and after a broken line keeps no waiting signal", () => {
    const trip = new RoundTrip();
    expect(trip.typical).toBeNull();
    const count = trip.leave(0);
    trip.broken();
    expect(trip.back(count, 5000)).toBe(false);
  });

  test("is due when nothing was sent for a while", () => {
    const trip = new RoundTrip();
    expect(trip.due(0)).toBe(true);
    trip.leave(0);
    expect(trip.due(LIMITS.echoEvery - 1)).toBe(false);
    expect(trip.due(LIMITS.echoEvery)).toBe(true);
  });

  test("waits for a bounded number of signals and for a bounded time", () => {
    const trip = new RoundTrip();
    const first = trip.leave(0);
    for (let i = 0; i < LIMITS.echoes; i++) trip.leave(1);
    expect(trip.back(first, 2)).toBe(false);
    const late = trip.leave(10);
    trip.leave(10 + LIMITS.echoFor);
    expect(trip.back(late, 11 + LIMITS.echoFor)).toBe(false);
  });

  test("keeps as many as the curve shows", () => {
    const trip = new RoundTrip();
    for (let i = 0; i < LIMITS.roundTrips + 5; i++) trip.back(trip.leave(i), i + 1);
    expect(trip.trips).toHaveLength(LIMITS.roundTrips);
  });
});
