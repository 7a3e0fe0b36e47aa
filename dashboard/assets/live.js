/* Keeps the board up to date: one socket per page, server-sent events where sockets do not pass. The server sends what
   stands where (`data-part`); only how old a figure is, is counted here. */
(function () {
  "use strict";
  const PATIENCE = 25000, NO_ACCESS = 4401;  // ms; the server sends a beat every 15 s
  let board = null, words = null, source = null;
  let blank = 0;  // seconds for which a wall has had nothing to show
  let failures = 0, heardAt = 0, knownAt = 0, skew = 0, timer = 0, drawnAt = 0, later = null;

  const lang = () => document.documentElement.lang || "sv";
  const locale = () => (lang() === "en" ? "en-GB" : "sv-SE");
  const kept = {};  // formats: what makes one takes long, and a wall would make millions
  const format = (name, make) => (kept[name] ??= make());
  const number = (n) => format("number " + locale(), () => new Intl.NumberFormat(locale())).format(n);
  const serverNow = () => Date.now() + skew;

  function put(scope, part, text) {
    const node = scope.querySelector('[data-part="' + part + '"]');
    if (!node || node.textContent === text) return;
    // React keeps its text node: change what it holds, never the node.
    if (node.firstChild && node.firstChild.nodeType === 3) node.firstChild.nodeValue = text; else node.textContent = text;
  }

  const show = (scope, parts) => Object.entries(parts).forEach(([part, text]) => put(scope, part, text));

  function age(card, short) {
    if (!card.dataset.heard) return short || !card.dataset.placed ? "" : words.never;
    if (!card.dataset.known) return "";
    const since = (time) => Math.max(0, Math.round((serverNow() - Date.parse(time)) / 1000));
    const s = Math.max(since(card.dataset.heard), card.dataset.time ? since(card.dataset.time) - 60 : 0);
    const say = (name, n) => words[short ? "short_" + name : name].replace("{n}", number(n));
    return s < 120 ? say("seconds", s) : s < 7200 ? say("minutes", Math.floor(s / 60)) : say("hours", Math.floor(s / 3600));
  }

  function paintCard(card, space) {
    const before = card.dataset.level;
    Object.assign(card.dataset, space.data);
    show(card, space.parts);
    const range = card.querySelector('[data-part="range"]'), fill = card.querySelector('[data-part="fill"]');
    if (range && range.title !== space.parts.between) range.title = space.parts.between;
    if (fill) fill.style.width = space.fill;
    if (before && before !== card.dataset.level && card.dataset.level !== "unknown") announce(card, space);
    window.besok.spark(card.querySelector('[data-part="spark"]'), space.now, serverNow());
  }

  function announce(card, space) {
    if (card.closest(".tight, .plan")) return;  // its card says it
    const said = document.getElementById("announcer"), name = card.querySelector("h1, h2, h3, a");
    if (said && name) said.textContent = name.textContent + ": " + space.parts.verdict;
  }

  function paint(site) {
    const cards = board.querySelectorAll("[data-space]");
    const known = new Set([...cards].map((c) => c.dataset.space));
    // The building was changed: the server draws it again.
    if (Object.keys(site.spaces).length !== known.size || [...known].some((s) => !site.spaces[s])) return redraw();
    // So has what somebody is told of.
    if ("alerts" in board.dataset && board.dataset.alerts !== site.alerts) redraw();
    skew = Date.parse(site.time) - Date.now();
    cards.forEach((card) => paintCard(card, site.spaces[card.dataset.space]));
    show(board, site.parts);
    board.querySelectorAll("[data-at]").forEach((node) => {  // doors and sensors of floor plans
      const mark = site.marks[node.dataset.at];
      if (mark) { node.dataset.state = mark.state; show(node, mark.parts); }
    });
    const unheard = board.querySelector('[data-part="unheard"]');
    if (unheard) unheard.hidden = site.heard;
    tick();
  }

  function written(at, name, how) {
    const zone = board.dataset.zone;
    return format(name + zone + locale(), () => new Intl.DateTimeFormat(locale(), { ...how, timeZone: zone })).format(at + skew);
  }
  const clock = (at) => written(at, "clock", { hour: "2-digit", minute: "2-digit" });

  // Loads the page again once the server answers: the browser's own page of an error would stay.
  function renew() { fetch(location.href, { cache: "no-store" }).then((answer) => { if (answer.ok) location.reload(); }, () => {}); }

  function tick() {
    const wall = document.documentElement.dataset.wall;
    if (wall && !board && ++blank % 60 === 0) renew();
    if (!board) return;
    blank = 0;
    if (wall) {
      put(board, "clock", clock(Date.now()));
      put(board, "date", written(Date.now(), "date", { weekday: "long", day: "numeric", month: "long" }));
    }
    board.querySelectorAll("[data-space]").forEach((card) => {
      put(card, "updated", age(card));
      put(card, "age", age(card, true));
    });
    if (source && heardAt && Date.now() - heardAt > PATIENCE) reconnect();
  }

  function pill(state) {
    const node = document.getElementById("pill");
    if (!node) return;
    node.hidden = !state;
    node.dataset.state = state || "";
    if (state) put(node, "word", node.dataset[state]);
    if (!board) return;
    board.dataset.connection = state;
    put(board, "lost", state === "lost" ? words.lost.replace("{time}", clock(knownAt)) : "");
  }

  function received(text) {
    heardAt = knownAt = Date.now();
    failures = 0;
    pill("live");
    const message = JSON.parse(text);
    // A wall of another version draws itself again; not at once, where servers of both versions answer in turn.
    if (board?.dataset.version && message.version && message.version !== board.dataset.version && performance.now() > 60000) return renew();
    if (message.site === board?.dataset.site) paint(message);
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
      source.onclose = (event) => (event.code === NO_ACCESS ? location.reload() : reconnect());
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
    board.dataset.site = board.dataset.live.split("/")[2] || "";  // none: all of them
    words = JSON.parse(board.dataset.words);
    skew = Date.parse(board.dataset.time) - Date.now();
    failures = 0;
    knownAt = Date.now();
    board.querySelectorAll('[data-part="spark"]').forEach((node) => window.besok.spark(node, null, serverNow()));
    tick();
    connect();
  }

  function stop() { disconnect(); board = null; pill(""); }

  function redraw() {  // at most each 10 s: what changes in between is drawn at the end of them
    const wait = window.besok.writing() ? 10000 : drawnAt + 10000 - Date.now();
    if (wait > 0) { later ??= setTimeout(() => { later = null; if (board) redraw(); }, wait); return; }
    drawnAt = Date.now();
    document.getElementById("redraw")?.click();
  }

  new MutationObserver(settle)
    .observe(document.documentElement, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-live"] });
  document.addEventListener("visibilitychange", () => { if (document.hidden) disconnect(); else if (board && !source) { failures = 0; connect(); } });
  setInterval(tick, 1000);
  // The curves grow by a quarter of an hour at a time: a board that stands for days is drawn again now and then.
  setInterval(() => { if (board && !document.hidden) redraw(); }, 300000);
})();
