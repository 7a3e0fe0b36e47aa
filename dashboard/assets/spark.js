/* Draws the small curves of the board: today as a line in its 80 % interval, a week ago as a dashed one. */
(function () {
  "use strict";
  const SVG = "http://www.w3.org/2000/svg";

  function make(name, attributes) {
    const node = document.createElementNS(SVG, name);
    Object.entries(attributes).forEach(([k, v]) => node.setAttribute(k, v));
    return node;
  }

  /* Pieces of a path; unknown points leave gaps. */
  function path(points, x, y) {
    let text = "", drawing = false;
    for (const [t, v] of points) {
      if (v === null) { drawing = false; continue; }
      text += (drawing ? "L" : "M") + x(t).toFixed(1) + " " + y(v).toFixed(1);
      drawing = true;
    }
    return text;
  }

  function hours(node, from, to) {
    const format = new Intl.DateTimeFormat("sv-SE", { hour: "2-digit", timeZone: node.dataset.axis });
    const step = to - from > 16 * 3600 ? 14400 : 7200;
    const ticks = [];
    for (let t = Math.ceil(from / 3600) * 3600; t <= to; t += 3600) {
      if (Number(format.format(new Date(t * 1000)).slice(0, 2)) % (step / 3600) === 0) ticks.push(t);
    }
    return ticks.map((t) => [t, format.format(new Date(t * 1000)).slice(0, 2)]);
  }

  /* The interval: there along its upper bounds and back along the lower ones, once for each stretch in which it is known. */
  function band(points, x, y) {
    let text = "", stretch = [];
    const close = () => {
      const there = stretch.map((p) => x(p[0]).toFixed(1) + " " + y(p[3]).toFixed(1));
      const back = stretch.reverse().map((p) => x(p[0]).toFixed(1) + " " + y(p[2]).toFixed(1));
      if (there.length > 1) text += "M" + [...there, ...back].join("L") + "Z";
      stretch = [];
    };
    for (const p of points) if (p[1] === null || p[2] == null || p[3] == null) close(); else stretch.push(p);
    close();
    return text;
  }

  /* `people` is the present number with both ends of its interval, null where it is not known. */
  window.besok.spark = function (node, people, now) {
    if (!node) return;
    const from = Number(node.dataset.from), to = Number(node.dataset.to), seconds = now / 1000;
    const today = JSON.parse(node.dataset.points || "[]").filter(([t]) => t >= from && t <= to);
    const ghost = JSON.parse(node.dataset.ghost || "[]").filter(([t]) => t >= from && t <= to);
    const open = today.filter(([t]) => t + 900 < seconds).map(([t, ...values]) => [t + 450, ...values]);
    if (people !== null && seconds >= from && seconds <= to) open.push([seconds, ...people]);
    // The same share of the capacity is as high in each curve of the page; a space without a capacity has a scale of its own.
    const capacity = Number(node.dataset.capacity) || 0;
    const own = () => Math.max(4, ...open.map((p) => Math.max(p[1] || 0, p[3] || 0)), ...ghost.map((p) => p[1] || 0)) * 1.08;
    const top = capacity ? capacity * Number(node.dataset.top) : own();
    const width = 300, height = node.dataset.axis ? 92 : 40;
    const x = (t) => ((t - from) / (to - from)) * width, y = (v) => height - 1.5 - Math.min(v / top, 1) * (height - 4);
    const svg = make("svg", { viewBox: "0 0 " + width + " " + height, preserveAspectRatio: "none", "aria-hidden": "true" });
    if (capacity) svg.append(make("path", { class: "limit", d: path([[from, capacity], [to, capacity]], x, y) }));
    if (open.length > 1) {
      const line = path(open, x, y);
      svg.append(make("path", { class: "area", d: band(open, x, y) }));
      svg.append(make("path", { class: "ghost", d: path(ghost.map(([t, v]) => [t + 450, v]), x, y) }));
      svg.append(make("path", { class: "line", d: line }));
    } else svg.append(make("path", { class: "ghost", d: path(ghost.map(([t, v]) => [t + 450, v]), x, y) }));
    const plot = document.createElement("div");
    plot.className = "plot";
    plot.append(svg);
    const parts = [plot];
    const end = open[open.length - 1];
    if (end && end[1] !== null && people !== null) {
      const dot = document.createElement("i");
      dot.style.left = (100 * x(end[0])) / width + "%";
      dot.style.top = (100 * y(end[1])) / height + "%";
      plot.append(dot);
    }
    if (node.dataset.axis) {
      const axis = document.createElement("div");
      axis.className = "hours";
      axis.append(...hours(node, from, to).map(([t, text]) => {
        const mark = document.createElement("span");
        mark.textContent = text;
        mark.style.left = (100 * x(t)) / width + "%";
        return mark;
      }));
      parts.push(axis);
    }
    node.replaceChildren(...parts);
  };
})();
