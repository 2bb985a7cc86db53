import { describe, expect, test } from "vitest";
import { Roster } from "../src/roster";

const person = (client: string, user: string, name = user) => ({ client, user, name });
const names = (roster: Roster, me = "me") => roster.guests(me).map(({ name, tabs }) => (tabs > 1 ? `${name}×${tabs}` : name));

describe("a roster", () => {
  test("counts a visitor with two tabs once, and lets him go with the last one", () => {
    const roster = new Roster(10);
    expect(roster.join(person("c1", "ann"))).toBe(true);
    expect(roster.join(person("c2", "ann"))).toBe(false);
    expect(names(roster)).toEqual(["ann×2"]);
    expect(roster.leave(person("c1", "ann"))).toBe(false);
    expect(roster.leave(person("c2", "ann"))).toBe(true);
    expect(names(roster)).toEqual([]);
  });

  test("lists the visitor himself first and the others by name", () => {
    const roster = new Roster(10);
    roster.replace([person("c1", "u1", "Zoe"), person("c2", "me", "Max"), person("c3", "u3", "Ann")]);
    expect(names(roster)).toEqual(["Max", "Ann", "Zoe"]);
  });

  test("believes news that came while the list was on its way more than the list", () => {
    const roster = new Roster(10);
    roster.expect();
    roster.leave(person("c1", "gone"));
    roster.join(person("c2", "fresh"));
    roster.replace([person("c1", "gone"), person("c3", "stayed")]);
    expect(names(roster)).toEqual(["fresh", "stayed"]);
  });

  test("drops who is not on the list: a leave may get lost", () => {
    const roster = new Roster(10);
    roster.join(person("c1", "lost"));
    roster.expect();
    roster.replace([person("c2", "here")]);
    expect(names(roster)).toEqual(["here"]);
    expect(roster.has("c1")).toBe(false);
  });

  test("a leave of someone unknown is no news", () => {
    expect(new Roster(10).leave(person("c1", "ghost"))).toBe(false);
  });

  test("holds no more connections than its bound", () => {
    const roster = new Roster(2);
    for (const client of ["c1", "c2", "c3"]) roster.join(person(client, client));
    expect(names(roster)).toEqual(["c1", "c2"]);
  });
});
