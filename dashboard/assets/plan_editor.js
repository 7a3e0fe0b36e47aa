/* The step "Floor plan": what is clicked and dragged on the drawing goes into the field of the form that is open, where it can
   be written as well. A room is "x y; x y; …", a door or sensor "x y", in metres. */
(function () {
  "use strict";
  const SVG = "http://www.w3.org/2000/svg", HAND = 7, BETWEEN = 5;  // px
  let field = null, dragged = null, before = [];  // what is drawn, the number of the corner in hand, what the field held

  const editor = () => field?.closest(".plan-editor");
  const canvas = () => editor()?.querySelector(".drawing svg");
  const isShape = () => field.name === "shape";
  const read = () => field.value.split(";").map((text) => text.trim().replaceAll(",", ".").split(/\s+/).map(Number))
    .filter((point) => point.length === 2 && point.every(Number.isFinite));
  const write = (points) => window.besok.fill(field, points.map((point) => point.join(" ")).join("; "));

  function choose(next) {
    if (field === next) return;
    const old = editor();
    [field, dragged, before] = [next, null, []];
    old?.querySelector(".hand")?.remove();
    paint();
  }

  function add(parent, tag, attributes) {
    const node = document.createElementNS(SVG, tag);
    Object.entries(attributes).forEach(([name, value]) => node.setAttribute(name, value));
    return parent.appendChild(node);
  }

  function paint() {
    const svg = canvas();
    if (!svg) return;
    svg.querySelector(".hand")?.remove();
    const points = read(), px = svg.viewBox.baseVal.width / svg.getBoundingClientRect().width;
    const hand = add(svg, "g", { class: "hand" });
    if (isShape()) {
      add(hand, "polygon", { points: points.map((point) => point.join(",")).join(" ") });
      if (points.length > 2) points.forEach(([x, y], n) => {  // a side is taken at its middle for a further corner
        const [u, v] = points[(n + 1) % points.length];
        add(hand, "circle", { class: "between", "data-after": n, cx: (x + u) / 2, cy: (y + v) / 2, r: BETWEEN * px });
      });
    }
    points.forEach(([x, y], n) => add(hand, "circle", { "data-corner": n, cx: x, cy: y, r: HAND * px }));
  }

  // Where the pointer is on the plan, to the decimetre; its size is that of the picture's frame without the edge.
  function under(event) {
    const svg = canvas(), { x, y, width, height } = svg.viewBox.baseVal;
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    const most = [width + 2 * x, height + 2 * y];
    return [at.x, at.y].map((value, n) => Math.round(Math.min(Math.max(value, 0), most[n]) * 10) / 10);
  }

  document.addEventListener("pointerdown", (event) => {
    const svg = event.target.closest?.(".plan-editor .drawing svg");
    if (!svg || event.button) return;
    const name = event.target.closest("[data-form]")?.dataset.form;
    const entry = name && svg.closest(".plan-editor").querySelector(`[data-opens="${CSS.escape(name)}"]`);
    const corner = event.target.closest("[data-corner]"), after = event.target.closest("[data-after]");
    // A first press on a room, a door or a sensor opens it; whatever is open is drawn on.
    const press = entry && !entry.contains(field) && (event.target.tagName === "circle" || canvas() !== svg);
    if (press) entry.open = true;
    if (press || canvas() !== svg) return;
    const points = read();
    before.push(field.value);
    dragged = corner ? Number(corner.dataset.corner) : after ? Number(after.dataset.after) + 1 : isShape() ? points.length : 0;
    if (after) points.splice(dragged, 0, under(event)); else points[dragged] = under(event);
    write(points);
    svg.setPointerCapture(event.pointerId);
    event.preventDefault();
  });

  document.addEventListener("pointermove", (event) => {
    if (dragged === null || !canvas()) return;
    const points = read();
    points[dragged] = under(event);
    write(points);
  });
  ["pointerup", "pointercancel"].forEach((name) => document.addEventListener(name, () => { dragged = null; }));

  document.addEventListener("click", (event) => {
    const form = event.target.closest?.("[data-undo]")?.closest("form");
    if (form && form.contains(field) && before.length) window.besok.fill(field, before.pop());
  });
  document.addEventListener("input", (event) => { if (event.target === field) paint(); });
  document.addEventListener("toggle", (event) => {
    const form = event.target.matches?.(".plan-editor details.entry") && event.target.querySelector("form");
    if (!form) return;
    if (event.target.open) {
      event.target.closest(".plan-editor").querySelectorAll("details.entry[open]").forEach((other) => { other.open = other === event.target; });
      choose(form.elements.shape ?? form.elements.at);
    } else if (form.contains(field)) choose(null);
  }, true);
})();
