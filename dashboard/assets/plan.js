/* Floor plans: puts the drawings that the server made in place, leads from a room or door to its page, and hides letters that are
   too small to be read; the list below a drawing says all of it. */
(function () {
  "use strict";
  const READABLE = 10.5;  // px
  const LARGER = 1.5;  // by which the name of a room may grow on a narrow screen, where it is as wide as the room
  const drawn = new WeakMap();

  function fit(svg) {
    const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
    svg.querySelectorAll("text").forEach((text) => {
      text.dataset.size ??= text.getAttribute("font-size");
      const own = Number(text.dataset.size), least = READABLE / scale;
      const grows = own < least && text.matches(".says-name") && least <= LARGER * own && hasRoom(text, least / own);
      text.setAttribute("font-size", grows ? least : own);
      text.classList.toggle("tiny", own < least && !grows);
    });
  }

  function hasRoom(text, times) {
    text.classList.remove("tiny");  // what is hidden has no width
    text.setAttribute("font-size", text.dataset.size);
    const x = Number(text.getAttribute("x")), y = Number(text.getAttribute("y")), half = 0.52 * times * text.getComputedTextLength();
    const room = text.parentNode.querySelector("polygon");
    return [x - half, x + half].every((end) => room.isPointInFill(new DOMPoint(end, y)));
  }
  const sizes = new ResizeObserver((entries) => entries.forEach((entry) => fit(entry.target)));

  function draw(box) {
    if (drawn.get(box) === box.dataset.svg) return;
    drawn.set(box, box.dataset.svg);
    const svg = document.importNode(new DOMParser().parseFromString(box.dataset.svg, "image/svg+xml").documentElement, true);
    box.replaceChildren(svg);
    sizes.observe(svg);
  }

  document.addEventListener("click", (event) => {
    const mark = event.target.closest?.(".drawing :is(.room, .door)");
    if (!mark) return;
    const [kind, name] = mark.dataset.space ? ["space", mark.dataset.space] : ["at", mark.dataset.at];
    // The list has the way, which Dash follows without loading the page again.
    mark.closest(".plan")?.querySelector(`li[data-${kind}="${CSS.escape(name)}"] a`)?.click();
  });

  new MutationObserver(() => document.querySelectorAll(".drawing[data-svg]").forEach(draw))
    .observe(document.documentElement, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-svg"] });
})();
