/* What the counting page keeps on the phone, and how it gets to Besök: each count under an id of its own, so that sending it
   twice stores it once. A count is written down at every tap; a phone that dies loses nothing but its battery. */
(function () {
  "use strict";
  const PREFIX = "besok.count.";
  const KEPT_MS = 14 * 24 * 3600 * 1000; // of a count that was sent
  const PATIENCE_MS = 15000;
  const memory = new Map(); // where the phone keeps nothing
  let keeps = true, turnedAway = false; // from sending: nobody is signed in, or somebody who may not count

  function read(key) {
    try { return localStorage.getItem(key) ?? memory.get(key) ?? null; } catch { keeps = false; return memory.get(key) ?? null; }
  }
  function write(key, text) {
    try { localStorage.setItem(key, text); memory.delete(key); } catch { keeps = false; memory.set(key, text); }
  }
  function forget(key) {
    memory.delete(key);
    try { localStorage.removeItem(key); } catch { keeps = false; }
  }
  function keys() {
    try { return [...new Set([...Object.keys(localStorage), ...memory.keys()])]; } catch { return [...memory.keys()]; }
  }

  function newId() {
    if (crypto.randomUUID) return crypto.randomUUID();
    const b = crypto.getRandomValues(new Uint8Array(16)); // plain http has no randomUUID
    b[6] = (b[6] & 15) | 64; b[8] = (b[8] & 63) | 128;
    const h = [...b].map((n) => n.toString(16).padStart(2, "0")).join("");
    return [h.slice(0, 8), h.slice(8, 12), h.slice(12, 16), h.slice(16, 20), h.slice(20)].join("-");
  }

  const save = (count) => write(PREFIX + count.id, JSON.stringify(count));
  const drop = (count) => forget(PREFIX + count.id);
  function all() {
    const found = [];
    for (const key of keys()) {
      if (!key.startsWith(PREFIX)) continue;
      try { found.push(JSON.parse(read(key))); } catch { /* another program's */ }
    }
    return found.filter((c) => c && c.id).sort((a, b) => (a.begins < b.begins ? 1 : -1));
  }
  function tidy() {
    forget("besok.counter"); // who counted last, once kept for the next count
    for (const count of all()) if ((count.state === "sent" || count.state === "undone") && Date.now() - Date.parse(count.begins) > KEPT_MS) drop(count);
  }

  /* How each kind of count is sent: method, path below the site, and body. */
  const SENT = {
    count: ({ id, portal, by, begins, ends, taps }) => ["PUT", `counts/${id}`, { portal, counted_by: by, begins, ends, taps }],
    visits: ({ first, last, visits, by }) => ["POST", "visits/counted", { first, last, visits, counted_by: by }],
    headcount: ({ id, space, by, begins, people, seats }) => ["POST", "headcounts", { id, space, counted_by: by, time: begins, people, seats_taken: seats }],
  };
  function ask(method, site, path, body) {
    return fetch(`/api/v1/sites/${encodeURIComponent(site)}/${path}`, {
      method, headers: { "Content-Type": "application/json", "Accept-Language": document.documentElement.lang }, body: JSON.stringify(body),
      signal: AbortSignal.timeout ? AbortSignal.timeout(PATIENCE_MS) : undefined,
    });
  }

  /* Sends one count. "sent", "refused" with the reason, or "unsent" where it is worth trying again. */
  async function send(count) {
    const [method, path, body] = SENT[count.kind || "count"](count);
    const here = document.documentElement.lang;
    let answer;
    try {
      answer = await ask(method, count.site, path, { ...body, sent: new Date().toISOString() });
    } catch { return { state: "unsent" }; }
    turnedAway = answer.status === 401 || answer.status === 403;
    if (answer.ok) return { state: "sent" };
    if (turnedAway) return { state: "unsent" }; // kept until somebody who may has signed in
    const told = await answer.json().catch(() => ({}));
    const again = answer.status >= 500 || answer.status === 408 || answer.status === 429;
    const why = (answer.headers.get("Content-Language") === here && told.error) || Object.values(told.fields || {})[0] || String(answer.status);
    return again ? { state: "unsent", silent: true } : { state: "refused", why };
  }

  let busy = false;
  /* Sends what is not sent, one after the other. Tells whether Besök did not answer. */
  async function sendAll(changed) {
    if (busy) return false;
    busy = true;
    let silent = false;
    try {
      for (const count of all().filter((c) => c.state === "unsent").reverse()) { // in the order in which they were made
        const result = await send(count);
        const { silent: quiet, ...fields } = result;
        silent = silent || Boolean(quiet);
        const now = all().find((c) => c.id === count.id);
        if (now && now.state === "unsent") save({ ...now, ...fields });
        changed();
        if (fields.state === "unsent") break;
      }
    } finally { busy = false; }
    return silent;
  }

  /* Takes a headcount back: one that was not sent is dropped. Tells whether that is done. */
  async function takeBack(count, reason) {
    const now = all().find((c) => c.id === count.id);
    if (!now) return true;
    if (now.state === "unsent" && !busy) { drop(now); return true; }
    try {
      const answer = await ask("POST", now.site, `headcounts/${now.id}/undo`, { by: now.by, reason });
      if (!answer.ok && answer.status !== 404) return false;
    } catch { return false; }
    save({ ...now, state: "undone" });
    return true;
  }

  window.keep = { all, save, drop, tidy, newId, sendAll, takeBack, read, write, keeps: () => keeps, turnedAway: () => turnedAway };
})();
