/* Tiles of the wall: as many columns as make them largest, whatever the screen and however many they are. */
(function () {
  "use strict";
  const WIDE = 1.54;  // a tile's width by its height, where its letters are largest
  const root = document.documentElement;
  if (!root.dataset.wall) return;

  function fit(box) {
    const { width, height } = box.getBoundingClientRect(), n = box.children.length;
    let columns = 1, best = 0;
    for (let c = 1; c <= n; c += 1) {
      const size = Math.min(width / c / WIDE, height / Math.ceil(n / c));
      if (size > best) [columns, best] = [c, size];
    }
    root.style.setProperty("--columns", columns);
    root.style.setProperty("--rows", Math.ceil(n / columns));
  }

  // Pages of a playlist take turns by the clock: nothing is kept, and what is drawn again falls into step.
  setInterval(() => {
    const leaves = document.querySelectorAll(".wall .leaf"), wall = document.querySelector(".wall");
    if (leaves.length < 2) return;
    const turn = Math.floor(Date.now() / 1000 / Number(wall.dataset.seconds)) % leaves.length;
    leaves.forEach((leaf, n) => { if (leaf.hidden !== (n !== turn)) leaf.hidden = n !== turn; });
  }, 1000);

  let seen = null;
  const sizes = new ResizeObserver(([entry]) => fit(entry.target));
  new MutationObserver(() => {
    const box = document.querySelector(".wall .tiles");
    if (!box) return;
    if (box !== seen) { sizes.disconnect(); sizes.observe(seen = box); }
    if (box.children.length !== Number(box.dataset.fitted)) { box.dataset.fitted = box.children.length; fit(box); }
  }).observe(root, { childList: true, subtree: true });
})();
