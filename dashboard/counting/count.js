/* The counting page: choose a door, tap, stop; what was counted is kept and sent by keep.js. */
(async function () {
  "use strict";
  const MINUTES = 15, LEAST_S = 240, AGAIN_MS = 20000, FORGOTTEN_MS = 300000, LONGEST_MS = 6 * 3600000;
  const site = decodeURIComponent(location.pathname.split("/").filter(Boolean)[1] || "");
  const doorsAt = `/api/v1/sites/${encodeURIComponent(site)}/counts/doors`;
  const $ = (id) => document.getElementById(id);
  const root = document.documentElement;
  let texts = {}, doors = null, count = null, silent = false, barred = false, told = "", lock = null, rung = false, mode = null;
  let nameUsed = false; // for days, which one person enters in a row

  // ---- words
  function t(name, values) {
    const text = String((texts[root.lang] || {})[name] ?? name);
    return text.replace(/\{(\w+)\}/g, (_, key) => values?.[key] ?? "");
  }
  const named = (text) => (text ? text[root.lang] || text.sv : "");
  const clock = (s) => `${Math.floor(s / 60)}:${String(Math.floor(s % 60)).padStart(2, "0")}`;
  function speak() {
    for (const node of document.querySelectorAll("[data-word]")) node.textContent = t(node.dataset.word);
    for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", t(node.dataset.label));
    $("language").textContent = t("language");
    $("language").lang = root.lang === "sv" ? "en" : "sv";
    $("sign-in").href = `/login?next=${encodeURIComponent(location.pathname)}`;
    $("results").href = `/sensors/${encodeURIComponent(site)}`;
    document.title = `${t("title")} – Besök`;
  }
  const TITLES = { rooms: ["titleRooms", "whyRooms", "startRound"], door: ["titleDoor", "why", "start"], days: ["titleDays", "whyDays", "saveVisits"] };
  function chosen() { return mode || (Array.isArray(doors) && !doors.length ? "rooms" : "door"); }
  function drawMode() {
    const [title, why, start] = TITLES[chosen()];
    $("title").textContent = t(title); $("why").textContent = t(why);
    document.querySelector("#form .main").textContent = t(start);
    for (const input of document.querySelectorAll("[name=mode]")) input.checked = input.value === chosen();
    $("door-choice").hidden = chosen() !== "door";
    $("empty").hidden = chosen() !== "rooms";
    $("days").hidden = chosen() !== "days";
    days.show();
  }
  function choose(language) {
    root.lang = language;
    keep.write("besok.language", language);
    document.cookie = `besok_lang=${language}; Path=/; Max-Age=31536000; SameSite=Lax`;
    speak(); draw();
  }

  // ---- what is shown
  function show() {
    const walking = round.running();
    $("setup").hidden = Boolean(count) || walking;
    $("counting").hidden = !count;
    $("round").hidden = !walking || Boolean(count);
    const mine = keep.all().filter((c) => c.state !== "counting");
    $("mine").hidden = Boolean(count) || walking || !mine.length;
  }
  function draw() {
    show(); drawMode(); round.show(); drawDoors(); drawCount(); drawList(); drawState();
  }
  function drawState() {
    const lines = [];
    if (told) lines.push(told);
    if (!navigator.onLine) lines.push(t("offlineSafe"));
    else if (silent) lines.push(t("noAnswer"));
    if (!keep.keeps()) lines.push(t("notKept"));
    else if (!window.isSecureContext) lines.push(t("notHttps"));
    const away = navigator.onLine && (barred || keep.turnedAway());
    if (away) lines.push(t("signInFirst"));
    $("sign-in").hidden = !away;
    if (doors === "none") lines.push(t("noSite"));
    if (doors === "lost" && !away) lines.push(t("firstOnline"));
    $("state").textContent = lines.join(" ");
    $("net").hidden = navigator.onLine;
    $("net").textContent = t("offline");
  }
  function drawDoors() {
    if (!Array.isArray(doors)) return;
    const chosen = document.querySelector("[name=door]:checked")?.value;
    $("doors").replaceChildren(...doors.map((door) => {
      const label = document.createElement("label");
      label.className = "choice";
      const input = Object.assign(document.createElement("input"), { type: "radio", name: "door", value: door.portal });
      input.checked = door.portal === chosen;
      label.append(input, line("b", named(door.name)));
      if (door.learn !== null) label.append(line("small", t("learns", {
        weekday: texts[root.lang].weekdays[door.weekday], from: `${String(door.hour).padStart(2, "0")}:00`, to: `${String(door.hour + 1).padStart(2, "0")}:00`,
      }), "learn"));
      if (door.interval_s > 180) label.append(line("small", t("slow", { n: Math.round(door.interval_s / 60), least: t("minutes", { n: minutes(door) }) })));
      return label;
    }));
    if (!doors.length) $("doors").append(line("p", t("noDoors")));
  }
  function line(kind, text, name) {
    const node = document.createElement(kind);
    node.textContent = text;
    if (name) node.className = name;
    return node;
  }
  function minutes(door) { return Math.max(MINUTES, Math.ceil((2 * door.interval_s) / 60)); }
  function sum(one, way) { return one.taps.reduce((n, tap) => n + (tap.direction === way && !tap.undone ? tap.people : 0), 0); }

  function drawCount() {
    if (!count) return;
    $("where").textContent = named(count.name);
    $("into").textContent = count.inner?.sv ? t("into", { place: named(count.inner) }) : "";
    for (const way of ["in", "out"]) $(`number-${way}`).textContent = sum(count, way);
    tick();
  }
  function tick() {
    if (!count) return;
    const passed = Math.max(0, (Date.now() - Date.parse(count.begins)) / 1000), whole = count.minutes * 60;
    $("passed").textContent = clock(passed);
    $("left").textContent = passed < whole ? t("left", { time: clock(whole - passed + 0.999) }) : t("over", { n: count.minutes });
    document.querySelector("#bar div").style.transform = `scaleX(${Math.min(1, passed / whole)})`;
    if (passed >= whole && !rung) { rung = true; buzz([200, 100, 200, 100, 200]); tell(t("over", { n: count.minutes }), true); }
  }
  function drawList() {
    const mine = keep.all().filter((c) => c.state !== "counting");
    $("list").replaceChildren(...mine.map(item));
    const waiting = mine.filter((c) => c.state === "unsent").length;
    $("pending").textContent = waiting ? t(waiting > 1 ? "waitingMany" : "waiting", { n: waiting }) : mine.some((c) => c.state === "sent") ? t("allSent") : "";
    $("pending").dataset.kind = waiting ? "" : "good";
    $("send").hidden = !waiting;
    $("page").insertBefore($("mine"), waiting ? $("setup") : null); // what is not sent comes first
    if (!waiting && mine.some((c) => c.state === "refused")) $("pending").textContent = "";
  }
  function item(one) {
    const li = document.createElement("li");
    li.dataset.state = one.state;
    const when = new Intl.DateTimeFormat(root.lang === "en" ? "en-GB" : "sv-SE", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" }).format(new Date(one.begins));
    const about = SUMMARIES[one.kind || "count"](one);
    li.append(line("b", one.name ? named(one.name) : t("building")), line("span", t(one.state), `chip ${one.state}`), line("span", `${when} · ${about}`, "about"));
    if (one.state === "refused") {
      li.append(line("p", one.why, "why"));
      const button = line("button", t("throwAway"));
      button.type = "button";
      button.addEventListener("click", () => { if (confirm(t("reallyThrow"))) { keep.drop(one); draw(); } });
      li.append(button);
    }
    if (one.kind === "headcount" && (one.state === "sent" || one.state === "unsent")) {
      const button = line("button", t("takeBack"));
      button.type = "button";
      button.addEventListener("click", () => takeBack(one));
      li.append(button);
    }
    return li;
  }
  const SUMMARIES = {
    count: (one) => t("summary", { in: sum(one, "in"), out: sum(one, "out"), minutes: Math.round((Date.parse(one.ends) - Date.parse(one.begins)) / 60000) }),
    visits: (one) => t("summaryVisits", { n: one.visits, when: days.about(one) }),
    headcount: (one) => t(one.seats === null ? "summaryPeople" : "summarySeats", { people: one.people, seats: one.seats }),
  };
  async function takeBack(one) {
    const done = await keep.takeBack(one, t("takenBackWhy"));
    tell(t(done ? "takenBack" : "noAnswer"), done);
    draw();
  }
  function tell(text, good) {
    told = text;
    $("state").dataset.kind = good ? "good" : "";
    drawState();
  }

  // ---- counting
  function buzz(pattern) { try { navigator.vibrate?.(pattern); } catch { /* no motor */ } }
  async function stayAwake() {
    try { lock = await navigator.wakeLock?.request("screen"); } catch { /* an old phone, or a low battery */ }
  }
  function start(event) {
    event.preventDefault();
    const by = $("who").value.trim();
    if (chosen() !== "door") {
      $("wrong").textContent = by ? "" : t("nameMissing");
      if (!by) { $("who").focus(); return; }
      told = "";
      if (chosen() === "days") {
        $("wrong").textContent = days.save(by);
        if ($("wrong").textContent) $("visits").focus(); else nameUsed = true;
        return;
      }
      if (round.start(by)) { nextPerson(); navigator.storage?.persist?.(); stayAwake(); $("room").focus(); }
      return;
    }
    const door = Array.isArray(doors) && doors.find((d) => d.portal === document.querySelector("[name=door]:checked")?.value);
    $("wrong").textContent = !by ? t("nameMissing") : !door ? t("doorMissing") : "";
    if (!by || !door) { (!by ? $("who") : document.querySelector("[name=door]"))?.focus(); return; }
    count = {
      id: keep.newId(), state: "counting", site, portal: door.portal, name: door.name, inner: door.inner, by,
      minutes: minutes(door), begins: new Date().toISOString(), taps: [],
    };
    keep.save(count);
    nextPerson();
    told = ""; rung = false;
    draw(); stayAwake(); navigator.storage?.persist?.();
    $("page").focus();
  }
  function empty() {
    const by = round.by() || $("who").value.trim();
    $("wrong").textContent = by ? "" : t("nameMissing");
    if (!by) $("who").focus(); else if (round.empty(by)) nextPerson();
  }
  function nextPerson() { $("who").value = ""; nameUsed = false; } // a phone goes from hand to hand
  function tap(way, people) {
    count.taps.push({ time: new Date().toISOString(), direction: way, people });
    keep.save(count);
    buzz(way === "in" ? 18 : [12, 45, 12]);
    if (told) tell("");
    drawCount();
  }
  function undo() {
    const last = count.taps.findLastIndex ? count.taps.findLastIndex((x) => !x.undone) : count.taps.map((x) => !x.undone).lastIndexOf(true);
    if (last < 0) { tell(t("nothingToUndo")); return; }
    const gone = count.taps[last];
    gone.undone = true;
    keep.save(count);
    buzz(60);
    drawCount();
    tell(t("undoneTap", { what: `${gone.people} ${t(gone.direction).toLowerCase()}` }), true);
  }
  function stop() {
    const passed = (Date.now() - Date.parse(count.begins)) / 1000;
    if (passed >= count.minutes * 60) { finish(); return; }
    $("early-text").textContent = t(passed < LEAST_S ? "stopShort" : "stopEarly", { time: clock(passed), n: count.minutes });
    $("early").hidden = false;
    $("early-text").focus();
  }
  /* When a count ended: now, or where a phone lay forgotten, once its time was over and nobody was counted any more. */
  function ended(one) {
    const begins = Date.parse(one.begins), over = Math.max(begins + one.minutes * 60000, ...one.taps.map((x) => Date.parse(x.time)));
    return new Date(Math.max(Date.now() - over > FORGOTTEN_MS ? over : Date.now(), begins + 1000)).toISOString();
  }
  function finish() {
    count.ends = ended(count);
    count.state = "unsent";
    keep.save(count);
    leave();
    deliver();
  }
  function leave() {
    count = null;
    $("early").hidden = true;
    lock?.release?.(); lock = null;
    tell("");
    draw();
    $("page").focus();
  }
  async function deliver() {
    silent = await keep.sendAll(drawList);
    drawList(); drawState();
  }

  const round = window.roundOf({
    site, t, named, line, buzz, tell, deliver, draw: () => draw(), both: (name) => ({ sv: texts.sv[name], en: texts.en[name] }),
  });

  const days = window.daysOf({ site, t, root, tell, deliver, draw: () => draw() });

  // ---- the doors, and what the phone needs to open the page offline
  async function load() {
    try {
      const answer = await fetch(doorsAt);
      barred = answer.status === 401 || answer.status === 403;
      if (answer.ok) { doors = await answer.json(); keep.write(`besok.doors.${site}`, JSON.stringify(doors)); }
      else if (answer.status === 404) doors = "none";
      else throw new Error(String(answer.status));
    } catch {
      const kept = keep.read(`besok.doors.${site}`);
      if (!Array.isArray(doors)) doors = kept ? JSON.parse(kept) : "lost";
    }
    draw();
    $("page").removeAttribute("aria-busy");
  }
  async function putAside() {
    if (!("serviceWorker" in navigator) || !window.isSecureContext) return;
    await navigator.serviceWorker.register("/count/worker.js", { scope: "/count/" });
    await navigator.serviceWorker.ready;
    root.dataset.offline = "ready";
  }

  // ---- begin
  const answer = await fetch($("page").dataset.words);
  texts = await answer.json();
  const wish = new URLSearchParams(location.search).get("lang") || keep.read("besok.language");
  if (texts[wish]) root.lang = wish;
  mode = [new URLSearchParams(location.search).get("mode"), keep.read("besok.mode")].find((one) => TITLES[one]) || null;
  keep.tidy();
  count = keep.all().find((c) => c.state === "counting" && c.site === site) || null;
  if (count && Date.now() - Date.parse(count.begins) > LONGEST_MS) { // of another day
    if (count.taps.length) keep.save({ ...count, ends: ended(count), state: "unsent" }); else keep.drop(count);
    count = null;
  }
  if (count) { rung = Date.now() - Date.parse(count.begins) > count.minutes * 60000; stayAwake(); }
  speak(); draw();

  for (const input of document.querySelectorAll("[name=mode]")) input.addEventListener("change", () => { mode = input.value; if (nameUsed) nextPerson(); keep.write("besok.mode", mode); $("wrong").textContent = ""; draw(); });
  $("form").addEventListener("submit", start);
  for (const button of document.querySelectorAll("[data-empty]")) button.addEventListener("click", empty);
  $("undo").addEventListener("click", undo);
  $("stop").addEventListener("click", stop);
  $("go-on").addEventListener("click", () => { $("early").hidden = true; $("stop").focus(); });
  $("stop-anyway").addEventListener("click", finish);
  $("throw").addEventListener("click", () => { if (confirm(t("reallyThrow"))) { keep.drop(count); leave(); } });
  $("send").addEventListener("click", deliver);
  $("language").addEventListener("click", () => choose(root.lang === "sv" ? "en" : "sv"));
  for (const button of document.querySelectorAll("[data-way]")) button.addEventListener("click", () => tap(button.dataset.way, Number(button.dataset.people)));
  addEventListener("online", () => { drawState(); load(); round.load(); deliver(); });
  addEventListener("offline", drawState);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible") return;
    if (count) stayAwake();
    deliver();
  });
  setInterval(tick, 500);
  setInterval(() => { if (keep.all().some((c) => c.state === "unsent")) deliver(); }, AGAIN_MS);
  await Promise.all([load(), round.load()]);
  draw();
  deliver();
  putAside().catch(() => undefined);
  root.dataset.ready = "yes";
})();
