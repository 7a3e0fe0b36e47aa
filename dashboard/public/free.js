/* Keeps the page up to date while somebody looks at it, and says so when it cannot: without it the page stands as it came. */
"use strict";
const EVERY_MS = 60000;
const AGAIN_MS = 3000; // while there is no connection
const notice = document.getElementById("offline");
const content = document.getElementById("content");
let shown = content.innerHTML;
let again = null;

function lost() {
  notice.textContent = document.getElementById("updated")?.dataset.offline ?? ""; // names the time of the figures
  notice.hidden = false;
  clearTimeout(again);
  again = setTimeout(renew, AGAIN_MS);
}

async function renew() {
  if (document.hidden) return;
  try {
    const answer = await fetch(location.href, { cache: "no-cache" });
    if (!answer.ok || answer.headers.get("X-Besok-Kept")) throw new Error(String(answer.status));
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("content");
    if (fresh && fresh.innerHTML !== shown) {
      content.innerHTML = shown = fresh.innerHTML;
      document.getElementById(location.hash.slice(1))?.classList.add("sought"); // `:target` forgets what was replaced
    }
    notice.hidden = true;
  } catch {
    lost();
  }
}

setInterval(renew, EVERY_MS);
addEventListener("online", renew);
addEventListener("offline", lost);
document.addEventListener("visibilitychange", renew);
if (!navigator.onLine) lost();
else if (navigator.serviceWorker?.controller) renew(); // the page itself may be a kept one
if ("serviceWorker" in navigator) navigator.serviceWorker.register("/free/worker.js", { scope: "/free/" });
