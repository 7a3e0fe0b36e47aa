/* A headcount round: room by room, people and taken seats on a number pad. Each room is kept and sent by keep.js as soon as it
   is counted; the round itself is only where one was. */
(function () {
  "use strict";
  const ROUND_MS = 3 * 3600000; // a round that was left is gone on with for so long
  const DIGITS = 4;

  window.roundOf = function ({ site, t, named, line, buzz, tell, both, deliver, draw }) {
    const $ = (id) => document.getElementById(id);
    const roomsAt = `/api/v1/sites/${encodeURIComponent(site)}/headcounts/rooms`;
    const kept = `besok.round.${site}`;
    let rooms = null, round = null, field = "people", typed = { people: "", seats: "" };

    // ---- the rooms, as the server has them, with what this phone has counted since
    async function load() {
      try {
        const answer = await fetch(roomsAt);
        if (!answer.ok) throw new Error(String(answer.status));
        rooms = await answer.json();
        keep.write(`besok.rooms.${site}`, JSON.stringify(rooms));
      } catch {
        const known = keep.read(`besok.rooms.${site}`);
        if (!rooms) rooms = known ? JSON.parse(known) : null;
      }
      resume();
    }
    /* The round that was left on this phone a short time ago, if any. */
    function left() {
      try {
        const was = JSON.parse(keep.read(kept) || "null");
        return was && Date.now() - was.began < ROUND_MS && was.site === site ? was : null;
      } catch { return null; /* another program's */ }
    }
    function resume() {
      const was = left();
      if (!round && rooms && was?.by) { round = was; open(round.at); } // one without a name goes on once that is given
    }
    function remember() { keep.write(kept, JSON.stringify(round)); }
    /* What was counted last in a room today: on this phone, or what the server told. */
    function last(room) {
      const mine = keep.all().find((c) => c.kind === "headcount" && c.space === room.space && c.site === site && c.state !== "undone"
        && c.state !== "refused" && new Date(c.begins).toDateString() === new Date().toDateString());
      if (mine && (!room.time || Date.parse(mine.begins) > Date.parse(room.time))) return { people: mine.people, seats: mine.seats };
      return room.people === null ? null : { people: room.people, seats: room.seats_taken };
    }

    // ---- what is shown
    function show() {
      if (!round || !rooms?.length) return;
      const room = rooms[round.at], before = last(room), done = Object.keys(round.done).length;
      $("room").textContent = named(room.name);
      $("progress").textContent = t("roomOf", { n: round.at + 1, all: rooms.length, done });
      for (const name of ["people", "seats"]) {
        $(`number-${name}`).textContent = typed[name] === "" ? "–" : typed[name];
        $(`field-${name}`).setAttribute("aria-pressed", String(field === name));
      }
      $("of-seats").textContent = room.seats ? t("ofSeats", { n: room.seats }) : "";
      $("unchanged").hidden = !before;
      if (before) $("unchanged").textContent = t(before.seats === null ? "unchanged" : "unchangedSeats", before);
      $("rooms").replaceChildren(...rooms.map((one, n) => {
        const item = document.createElement("li"), button = line("button", "");
        button.type = "button";
        button.append(line("span", named(one.name)), line("b", round.done[one.space] ?? ""));
        if (n === round.at) button.setAttribute("aria-current", "true");
        button.addEventListener("click", () => { open(n); $("room").focus(); });
        item.append(button);
        return item;
      }));
    }
    function open(n) {
      round.at = Math.min(Math.max(n, 0), rooms.length - 1);
      field = "people"; typed = { people: "", seats: "" };
      remember(); draw();
    }

    // ---- counting
    function start(by) {
      if (!rooms?.length) { tell(t(rooms ? "noRooms" : "roomsOnline")); return false; }
      round = { site, began: Date.now(), at: 0, done: {}, ...left(), by };
      open(round.at);
      return true;
    }
    function digit(key) {
      if (key === "back") typed[field] = typed[field].slice(0, -1);
      else if (typed[field].length < DIGITS) typed[field] = String(Number(typed[field] + key));
      buzz(12); tell("");
      show();
    }
    function count(people, seats, space, name, by) {
      const now = new Date().toISOString();
      keep.save({ id: keep.newId(), kind: "headcount", state: "unsent", site, space, name, people, seats, by, begins: now });
      buzz(25);
      deliver();
    }
    function save(people, seats) {
      const room = rooms[round.at];
      count(people, seats, room.space, room.name, round.by);
      round.done[room.space] = people;
      const next = rooms.findIndex((one, n) => n > round.at && !(one.space in round.done));
      if (next >= 0) { tell(t("savedRoom", { room: named(room.name), n: people }), true); open(next); $("room").focus(); return; }
      const all = Object.values(round.done).reduce((sum, n) => sum + n, 0);
      tell(t("roundDone", { rooms: Object.keys(round.done).length, n: all }), true);
      leave();
    }
    function saveTyped() {
      if (typed.people === "") { tell(t("typePeople")); return; }
      save(Number(typed.people), typed.seats === "" ? null : Number(typed.seats));
    }
    function skip() {
      if (round.at + 1 < rooms.length) open(round.at + 1); else leave();
    }
    function leave() { round = null; keep.write(kept, "null"); draw(); $("page").focus(); }
    function empty(by) {
      if (!confirm(t("reallyEmpty"))) return false;
      count(0, null, site, both("building"), by);
      tell(t("emptySaved"), true);
      leave();
      return true;
    }

    // ---- begin
    for (const button of document.querySelectorAll("[data-digit]")) button.addEventListener("click", () => digit(button.dataset.digit));
    for (const name of ["people", "seats"]) $(`field-${name}`).addEventListener("click", () => { field = name; show(); });
    $("save-room").addEventListener("click", saveTyped);
    $("unchanged").addEventListener("click", () => { const was = last(rooms[round.at]); if (was) save(was.people, was.seats); });
    $("skip").addEventListener("click", skip);
    $("end-round").addEventListener("click", leave);
    addEventListener("keydown", (event) => {
      if (!round || event.ctrlKey || event.metaKey || event.altKey) return;
      if (/^\d$/.test(event.key)) digit(event.key);
      else if (event.key === "Backspace") digit("back");
      else if (event.key === "Enter" && event.target.tagName !== "BUTTON") saveTyped();
      else return;
      event.preventDefault();
    });
    return { load, start, show, empty, running: () => Boolean(round), by: () => round?.by };
  };
})();
