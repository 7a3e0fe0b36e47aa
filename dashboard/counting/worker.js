/* Opens the counting page while there is no connection. The network goes first, so nobody counts with an old page. A page is kept
   only with all the parts it names, at addresses of its version: until those of a new one are here, the old one opens with its
   own. Counts are sent by the page, never from here. */
"use strict";
const KEPT = "besok-count-2"; // another number once what is kept is kept differently
const PAGE = "/count/page.html"; // the page is the same for every site, and whatever stands after the ?
const PATIENCE_MS = 4000;

self.addEventListener("install", (event) => event.waitUntil(keepOpen().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(Promise.all([self.clients.claim(), forget()])));

// The page that is open was loaded before this worker ruled.
async function keepOpen() {
  const open = await self.clients.matchAll({ includeUncontrolled: true });
  const page = open.find((one) => new URL(one.url).pathname.startsWith("/count/"));
  if (page) await keep(await fetch(page.url));
}
async function forget() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("besok-count") && name !== KEPT).map((name) => caches.delete(name)));
}

const parts = async (page) => [...new Set((await page.clone().text()).match(/\/count\/[\w.-]+\?v=\w+/g))].map((part) => new URL(part, self.location).href);

/* Keeps a page with all its parts, or throws and keeps nothing; a file that is opened is no page. Those of the page before stay: it may be open. */
async function keep(page) {
  if (!page.ok || page.redirected || !page.headers.get("Content-Type")?.startsWith("text/html")) return;
  const [store, needed] = [await caches.open(KEPT), await parts(page)];
  const [before, kept] = [await store.match(PAGE), (await store.keys()).map((one) => one.url).filter((url) => url.includes("?v="))];
  await store.addAll(needed.filter((part) => !kept.includes(part)));
  await store.put(PAGE, page.clone());
  const used = [...needed, ...(before ? await parts(before) : [])];
  await Promise.all(kept.filter((part) => !used.includes(part)).map((part) => store.delete(part)));
}

/* What the network gives, once `take` is done with it; what is kept under `key` where that fails or takes long. */
async function fresh(event, key, take) {
  const store = await caches.open(KEPT), network = fetch(event.request);
  const taken = network.then(async (answer) => { await take(answer.clone(), store); return answer; });
  event.waitUntil(taken.catch(() => undefined)); // also when it is late
  const late = new Promise((_, give) => { setTimeout(give, PATIENCE_MS, new Error("late")); });
  try {
    const answer = await Promise.race([taken, late]);
    if (answer.status < 500) return answer;
    return (await store.match(key)) || answer;
  } catch {
    return (await store.match(key)) || network;
  }
}
async function part(request) {
  return (await (await caches.open(KEPT)).match(request)) || fetch(request);
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url), path = url.pathname;
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (event.request.mode === "navigate") event.respondWith(fresh(event, PAGE, keep));
  else if (path.startsWith("/count/")) event.respondWith(part(event.request));
  else if (/^\/api\/v1\/sites\/[^/]+\/(counts\/doors|headcounts\/rooms)$/.test(path)) {
    event.respondWith(fresh(event, path, async (answer, store) => { if (answer.ok) await store.put(path, answer); }));
  }
});
