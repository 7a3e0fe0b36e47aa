/* Opens the public pages while there is no connection, as they were when last seen; the page says that they are old. */
"use strict";
const KEPT = "besok-free";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

async function fresh(request) {
  const store = await caches.open(KEPT);
  try {
    const answer = await fetch(request);
    if (answer.ok) store.put(request, answer.clone());
    return answer;
  } catch (error) {
    const kept = await store.match(request);
    if (!kept) throw error;
    const headers = new Headers(kept.headers);
    headers.set("X-Besok-Kept", "1");
    return new Response(kept.body, { status: kept.status, headers });
  }
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method === "GET" && url.origin === self.location.origin && url.pathname.startsWith("/free/")) event.respondWith(fresh(event.request));
});
