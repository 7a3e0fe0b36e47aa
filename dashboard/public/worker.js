/* Opens the public pages while there is no connection, as they were when last seen; the page says that they are old. Of those
   never seen it says that there is no connection. */
"use strict";
const KEPT = "besok-free-4"; // another number once pages need other files

const LANGUAGES = "{languages}".split(" "); // written by the server
const HOME = "/free/";
const NOTICE = "/free/offline.html";
const FILES = ["/free/free.css", "/free/free.js", "/free/logo.svg", ...LANGUAGES.map((language) => `${NOTICE}?lang=${language}`)];

// The pages that are open were loaded before this worker ruled: keep them and their files now. Without a file it is not
// installed, but at the next visit; where the home leads to the only site, that it does is kept.
async function keep() {
  const [store, open] = await Promise.all([caches.open(KEPT), self.clients.matchAll({ includeUncontrolled: true })]);
  const pages = open.map((one) => one.url).filter((url) => new URL(url).pathname.startsWith("/free/"));
  await store.addAll(FILES);
  await Promise.allSettled([...pages.map((address) => store.add(address)), fetch(HOME, { redirect: "manual" }).then((home) => store.put(HOME, home))]);
}

self.addEventListener("install", (event) => event.waitUntil(keep().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(Promise.all([self.clients.claim(), forget()])));

async function forget() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("besok-free") && name !== KEPT).map((name) => caches.delete(name)));
}

async function fresh(request) {
  const store = await caches.open(KEPT);
  try {
    const answer = await fetch(request);
    if (answer.ok) store.put(request, answer.clone());
    return answer;
  } catch (error) {
    const page = { ignoreVary: true, ignoreSearch: true }; // in another language rather than not at all
    const kept = (await store.match(request, { ignoreVary: true })) || (await store.match(request, page));
    if (!kept && request.mode === "navigate" && !/\.\w+$/.test(new URL(request.url).pathname)) return notice(store, request);
    if (!kept) throw error;
    if (kept.type === "opaqueredirect") return kept;
    const headers = new Headers(kept.headers);
    headers.set("X-Besok-Kept", "1");
    return new Response(kept.body, { status: kept.status, headers });
  }
}

// In the language of the page that was asked for, else in the browser's.
async function notice(store, request) {
  const language = new URL(request.url).searchParams.get("lang") || navigator.language.slice(0, 2);
  return (await store.match(`${NOTICE}?lang=${language}`)) || store.match(NOTICE, { ignoreSearch: true });
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method === "GET" && url.origin === self.location.origin && url.pathname.startsWith("/free/")) event.respondWith(fresh(event.request));
});
