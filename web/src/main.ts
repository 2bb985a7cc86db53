/** The live room: gets an identity, opens the room, and hands what it hears to the views. */
import "./style/base.css";
import "./style/layout.css";
import "./style/stage.css";
import "./style/chat.css";
import { Chat } from "./chat";
import { hueOf } from "./colour";
import { Composer } from "./composer";
import { Cut } from "./cut";
import { el } from "./dom";
import { Hand } from "./hand";
import { Ink } from "./ink";
import { People } from "./people";
import { Pointers } from "./pointers";
import { Room, type Ear } from "./room";
import { openSession, type Session } from "./session";
import { Status } from "./status";
import { Typing } from "./typing";
import type { Person, Said, Signal } from "./types";
import { Wire } from "./wire";
import { reasonOf } from "./words";

const TITLE = document.title;

function enter(session: Session, status: Status, wire: Wire): void {
  const hue = hueOf(session.user, session.name);
  const ink = new Ink(el<HTMLCanvasElement>("ink"));
  const people = new People(session.user);
  const chat = new Chat(session.user);
  const pointers = new Pointers((from, to, colour) => ink.line(from, to, colour));
  const typing = new Typing((on) => room.signal({ kind: "typing", on }), (users) => people.typing(users));
  let unseen = 0;

  const left = (person: Person): void => {
    people.left(person);
    pointers.remove(person.client);
    typing.stop(person.user);
  };

  const signal = (heard: Signal, from: Person): void => {
    status.signal();
    switch (heard.kind) {
      case "move":
        return pointers.move(from, heard.points, heard.drawing);
      case "away":
        return pointers.remove(from.client);
      case "ripple":
        return ink.ripple(heard.at, hueOf(from.user, from.name));
      case "typing":
        return from.user === session.user ? undefined : typing.other(from, heard.on);
      case "echo":
        return;
    }
  };

  const ear: Ear = {
    line(line, reason) {
      status.turn(line, reason);
      wire.turn(line);
      cut.allow(line === "live");
      if (line === "live") return;
      pointers.clear();
      typing.clear();
    },
    epoch: (epoch) => chat.epoch(epoch),
    history: (page, top) => chat.history(page, top),
    historyFailed: (reason) => chat.historyFailed(reason),
    said(entry, caughtUp) {
      chat.said(entry, caughtUp);
      typing.stop(entry.from.user);
      status.received(caughtUp);
      if (document.hidden && entry.from.user !== session.user) document.title = `(${++unseen}) ${TITLE}`;
    },
    back(away, recovered) {
      chat.back(away, recovered);
      status.reconnected();
    },
    caughtUp: (count) => chat.caughtUp(count),
    presenceAsked: () => people.expect(),
    present(list) {
      people.replace(list);
      pointers.keep((client) => people.has(client));
    },
    joined: (person) => people.joined(person),
    left,
    signal,
    roundTrip: (trip) => status.roundTrip(trip),
  };

  const room = new Room(session, ear);
  room.cable.onframe = (direction) => wire.frame(direction);
  const cut = new Cut(room.cable);

  const say = (said: Said): void => {
    room.say(said, () => chat.awaits(said.id)).catch((fault: unknown) => chat.failed(said.id, reasonOf(fault), () => say(said)));
  };
  new Composer(
    (text) => {
      const said = { id: newId(), text, at: Date.now() };
      if (!chat.sending(said)) return false;
      typing.sent();
      say(said);
      return true;
    },
    (writing) => typing.own(writing),
  );
  new Hand(el("stage"), (own) => room.signal(own), {
    line: (from, to) => ink.line(from, to, hue),
    ripple: (at) => ink.ripple(at, hue),
    keys: (at) => pointers.own(at, hue),
  });

  el("room-name").textContent = session.channels.room;
  document.body.style.setProperty("--me", String(hue));
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    unseen = 0;
    document.title = TITLE;
  });
  room.open();
}

/** Unguessable is not needed, unlike others is; `crypto.randomUUID` exists only on secure origins. */
function newId(): string {
  return [...crypto.getRandomValues(new Uint8Array(9))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function main(): void {
  const status = new Status();
  const wire = new Wire(el<HTMLCanvasElement>("wire"));
  for (const link of document.querySelectorAll<HTMLAnchorElement>("a[data-second]")) link.href = location.href;
  openSession().then(
    (session) => enter(session, status, wire),
    (fault: unknown) => {
      wire.turn("refused");
      status.refused(reasonOf(fault));
    },
  );
}

main();
