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
    box.style.setProperty("--columns", columns);
    box.style.setProperty("--rows", Math.ceil(n / columns));
  }

  // Pages of a playlist take turns by the clock: nothing is kept, and what is drawn again falls into step.
  setInterval(() => {
    const leaves = document.querySelectorAll(".wall .leaf"), wall = document.querySelector(".wall");
    if (leaves.length < 2) return;
    const turn = Math.floor(Date.now() / 1000 / Number(wall.dataset.seconds)) % leaves.length;
    leaves.forEach((leaf, n) => { if (leaf.hidden !== (n !== turn)) leaf.hidden = n !== turn; });
  }, 1000);

  const sizes = new ResizeObserver((entries) => entries.forEach((entry) => fit(entry.target)));
  new MutationObserver(() => {
    const boxes = [...document.querySelectorAll(".wall .tiles")];
    if (boxes.some((box) => !box.dataset.fitted)) {  // drawn again
      sizes.disconnect();
      boxes.forEach((box) => sizes.observe(box));
    }
    boxes.filter((box) => box.children.length !== Number(box.dataset.fitted)).forEach((box) => {
      box.dataset.fitted = box.children.length;
      fit(box);
    });
  }).observe(root, { childList: true, subtree: true });
})();
