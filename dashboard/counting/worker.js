/* Opens the counting page while there is no connection. The network goes first, so nobody counts with an old page; what the
   page has put aside answers when the network does not. Counts are sent by the page, never from here. */
"use strict";
const KEPT = "besok-count";
const PATIENCE_MS = 4000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

function ours(url) {
  return url.origin === self.location.origin && (url.pathname.startsWith("/count") || url.pathname === "/assets/colours.js" || /^\/api\/v1\/sites\/[^/]+\/(counts\/doors|headcounts\/rooms)$/.test(url.pathname));
}

async function fresh(request) {
  const store = await caches.open(KEPT);
  const key = new URL(request.url).pathname; // whatever stands after the ? the page is the same
  const network = fetch(request).then((answer) => {
    if (answer.ok && !answer.redirected) store.put(key, answer.clone());
    return answer;
  });
  const late = new Promise((_, give) => { setTimeout(give, PATIENCE_MS, new Error("late")); });
  try {
    const answer = await Promise.race([network, late]);
    if (answer.status < 500) return answer;
    return (await store.match(key)) || answer;
  } catch {
    network.catch(() => undefined);
    return (await store.match(key)) || network;
  }
}

self.addEventListener("fetch", (event) => {
  if (event.request.method === "GET" && ours(new URL(event.request.url))) event.respondWith(fresh(event.request));
});
