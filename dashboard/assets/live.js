/* Keeps the board up to date: one socket per page, server-sent events where sockets do not pass. Frames hold the whole site. */
(function () {
  "use strict";
  const BEAT = 15000, PATIENCE = 2.5 * BEAT;
  let board = null, words = null, source = null, frame = null;
  let failures = 0, heardAt = 0, skew = 0, timer = 0, drawnAt = 0;

  const lang = () => document.documentElement.lang || "sv";
  const locale = () => (lang() === "en" ? "en-GB" : "sv-SE");
  const number = (n) => (n === null || n === undefined ? "–" : new Intl.NumberFormat(locale()).format(Math.round(n)));
  const percent = (x) => new Intl.NumberFormat(locale(), { style: "percent" }).format(x);
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const serverNow = () => Date.now() + skew;

  function put(scope, part, text) {
    const node = scope.querySelector('[data-part="' + part + '"]');
    if (!node || node.textContent === text) return;
    // React keeps its text node: change what it holds, never the node.
    if (node.firstChild && node.firstChild.nodeType === 3) node.firstChild.nodeValue = text; else node.textContent = text;
  }

  function people(space) {
    if (space.basis === "presence" && space.people !== null) return space.people ? words.occupied : words.free;
    return number(space.people);
  }

  /* Both ends of the interval as whole people: it never gets narrower than it is. */
  function bounds(space) {
    if (space.people === null || space.lower === null || space.upper === null) return null;
    const low = Math.floor(space.lower + 0.05), high = Math.max(low, Math.ceil(space.upper - 0.05));
    return { low: number(low), high: number(high) };
  }

  function certainty(space) {
    if (space.people === null) return words.reason[space.reason || "no_data"] || "";
    return [words.basis[space.basis], words.reason[space.reason]].filter(Boolean).join(" · ");
  }

  /* How old a figure is, in seconds of a usual sensor: as old as its sensors, or as its minute if nobody estimates. */
  function staleness(card) {
    const since = (time) => (serverNow() - Date.parse(time)) / 1000;
    return Math.max(since(card.dataset.heard) / Number(card.dataset.patience), card.dataset.time ? since(card.dataset.time) - 60 : 0);
  }

  function freshness(card) {
    if (!card.dataset.heard || !card.dataset.known) return "none";
    const age = staleness(card);
    return age <= Number(board.dataset.late) ? "live" : age <= Number(board.dataset.stale) ? "late" : "stale";
  }

  function age(card, short) {
    if (!card.dataset.heard) return short ? "" : words.never;
    if (!card.dataset.known) return "";
    const since = (time) => Math.max(0, Math.round((serverNow() - Date.parse(time)) / 1000));
    const s = Math.max(since(card.dataset.heard), card.dataset.time ? since(card.dataset.time) - 60 : 0);
    const say = (name, n) => fill(words[short ? "short_" + name : name], { n: number(n) });
    return s < 120 ? say("seconds", s) : s < 7200 ? say("minutes", Math.floor(s / 60)) : say("hours", Math.floor(s / 3600));
  }

  function paintRange(card, space) {
    const ends = bounds(space), free = space.basis === "presence" && !space.people && !space.upper;
    const sentence = ends ? fill(ends.low === ends.high ? words.certain : words.between, ends) : "";
    put(card, "range", ends && !free ? "(" + ends.low + "–" + ends.high + ")" : "");
    put(card, "between", sentence);
    const node = card.querySelector('[data-part="range"]');
    if (node && node.title !== sentence) node.title = sentence;
  }

  function paintCard(card, space) {
    const before = card.dataset.level;
    card.dataset.heard = space.heard || "";
    card.dataset.time = space.time || "";
    card.dataset.patience = Math.max(space.interval_s / 60, 1);
    card.dataset.known = space.people === null ? "" : "1";
    card.dataset.level = space.level;
    card.dataset.basis = space.basis || "";
    put(card, "people", people(space));
    paintRange(card, space);
    put(card, "certainty", certainty(space));
    const bar = card.querySelector('[data-part="fill"]');
    if (bar) bar.style.width = 100 * Math.min((space.people || 0) / space.capacity, 1) + "%";
    if (space.capacity && space.people !== null) put(card, "share", fill(words.share, { share: percent(space.people / space.capacity) }));
    if (before !== space.level && space.level !== "unknown" && before) announce(space);
    const now = space.people === null ? null : [space.people, space.lower, space.upper];
    window.besok.spark(card.querySelector('[data-part="spark"]'), now, serverNow());
  }

  function announce(space) {
    const said = document.getElementById("announcer");
    if (said) said.textContent = fill(words.became, { space: space.name[lang()], level: words.level[space.level] });
  }

  function clock(time, far) {
    const same = (t) => t.toLocaleDateString("sv-SE", { timeZone: board.dataset.zone });
    const weekday = far && same(time) !== same(new Date(serverNow())) ? { weekday: "short" } : {};
    const options = { hour: "2-digit", minute: "2-digit", timeZone: board.dataset.zone, ...weekday };
    return new Intl.DateTimeFormat(locale(), options).format(time);
  }

  function paintSite(site) {
    board.dataset.open = site.is_open ? "1" : "";
    put(board, "visits", number(site.visits_today));
    put(board, "trend", trend(site.visits_today, site.visits_last_week));
    const opening = site.open_until
      ? fill(words.open_until, { time: clock(new Date(site.open_until), false) })
      : site.opens_at ? fill(words.opens_at, { time: clock(new Date(site.opens_at), true) }) : words.no_change;
    put(board, "opening", opening);
    const unheard = board.querySelector('[data-part="unheard"]');
    if (unheard) unheard.hidden = site.spaces.some((s) => s.heard);
  }

  function trend(value, before) {
    if (value === null || !before || before < 10) return "";
    const share = value / before - 1;
    return fill(Math.abs(share) < 0.005 ? words.same : share > 0 ? words.more : words.less, { share: percent(Math.abs(share)) });
  }

  function paint(site) {
    const cards = board.querySelectorAll("[data-space]");
    const known = new Set([...cards].map((c) => c.dataset.space));
    // The building was changed: the server draws it anew.
    if (site.spaces.length !== known.size || site.spaces.some((s) => !known.has(s.space))) return redraw();
    skew = Date.parse(site.time) - Date.now();
    const spaces = Object.fromEntries(site.spaces.map((s) => [s.space, s]));
    cards.forEach((card) => paintCard(card, spaces[card.dataset.space]));
    paintSite(site);
    tick();
  }

  function tick() {
    if (!board) return;
    const closed = board.dataset.open === "";
    board.querySelectorAll("[data-space]").forEach((card) => {
      const state = freshness(card);
      card.dataset.state = state;
      put(card, "updated", age(card));
      put(card, "age", age(card, true));
      put(card, "verdict", words.state[state] || (closed && ["calm", "unknown"].includes(card.dataset.level) ? words.closed : words.level[card.dataset.level]));
    });
    if (source && heardAt && Date.now() - heardAt > PATIENCE) reconnect();
  }

  function pill(state) {
    const node = document.getElementById("pill");
    if (!node) return;
    node.hidden = !state;
    node.dataset.state = state || "";
    if (state) put(node, "word", node.dataset[state]);
  }

  function received(text) {
    heardAt = Date.now();
    failures = 0;
    pill("live");
    const message = JSON.parse(text);
    if (message.site !== board?.dataset.site) return;
    frame = message;
    paint(frame);
  }

  function connect() {
    if (!board || document.hidden) return;
    heardAt = Date.now();
    pill(failures ? "lost" : "connecting");
    const path = board.dataset.live;
    if (failures >= 3 && failures % 2) {
      source = new EventSource(path + "/stream");
      source.onmessage = (event) => received(event.data);
      source.onerror = reconnect;
    } else {
      source = new WebSocket(location.origin.replace(/^http/, "ws") + path + "/ws");
      source.onmessage = (event) => received(event.data);
      source.onclose = reconnect;
    }
  }

  function disconnect() {
    clearTimeout(timer);
    if (!source) return;
    source.onmessage = source.onclose = source.onerror = null;
    // A socket that is closed while it opens complains in the console: let it open first.
    const old = source;
    if (old instanceof WebSocket && old.readyState === WebSocket.CONNECTING) old.onopen = () => old.close(); else old.close();
    source = null;
  }

  function reconnect() {
    disconnect();
    failures += 1;
    pill("lost");
    const wait = Math.min(500 * 2 ** (failures - 1), 10000);
    timer = setTimeout(connect, wait * (0.75 + Math.random() / 2));
  }

  function settle() {
    const found = document.querySelector("#page [data-live]");
    if (found && (found !== board || found.dataset.live !== board.dataset.path)) start(found);
    else if (!found && board) stop();
  }

  function start(found) {
    disconnect();
    board = found;
    board.dataset.path = board.dataset.live;
    board.dataset.site = board.dataset.live.split("/")[4];
    words = JSON.parse(board.dataset.words);
    skew = Date.parse(board.dataset.time) - Date.now();
    failures = 0;
    board.querySelectorAll('[data-part="spark"]').forEach((node) => window.besok.spark(node, null, serverNow()));
    tick();
    connect();
  }

  function stop() { disconnect(); board = frame = null; pill(""); }

  function redraw() {
    if (Date.now() - drawnAt < 10000) return;
    drawnAt = Date.now();
    document.getElementById("redraw")?.click();
  }

  new MutationObserver(settle)
    .observe(document.documentElement, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-live"] });
  document.addEventListener("visibilitychange", () => { if (document.hidden) disconnect(); else if (board && !source) { failures = 0; connect(); } });
  setInterval(tick, 1000);
  // The curves grow by a quarter of an hour at a time: a board that stands for days is drawn anew now and then.
  setInterval(() => { if (board && !document.hidden) redraw(); }, 300000);
})();
