/* A day's or a week's visits, counted by hand: one number, kept and sent by keep.js like every other count. */
(function () {
  "use strict";
  const DAY_MS = 24 * 3600000;

  window.daysOf = function ({ site, t, root, tell, deliver, draw }) {
    const $ = (id) => document.getElementById(id);
    const iso = (date) => `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, "0")}-${String(date.getDate()).padStart(2, "0")}`;
    const noon = (text) => new Date(`${text}T12:00:00`);
    const said = (text) => new Intl.DateTimeFormat(root.lang === "en" ? "en-GB" : "sv-SE", { weekday: "short", day: "numeric", month: "short" }).format(noon(text));

    /* The first and the last day that are chosen; a week is from Monday to Sunday. */
    function span() {
      const day = $("day").value;
      if (!day || document.querySelector("[name=span]:checked").value === "day") return { first: day, last: day };
      const monday = new Date(noon(day).getTime() - ((noon(day).getDay() + 6) % 7) * DAY_MS);
      return { first: iso(monday), last: iso(new Date(monday.getTime() + 6 * DAY_MS)) };
    }
    function show() {
      if (!$("day").value) $("day").value = iso(new Date());
      $("day").max = iso(new Date());
      const { first, last } = span();
      $("week").textContent = first && first !== last ? `${said(first)} – ${said(last)}` : "";
    }
    /* Keeps what was typed; what is wrong with it, if anything. */
    function save(by) {
      const { first, last } = span(), visits = $("visits").value.trim();
      if (!first) return t("dayMissing");
      if (last > iso(new Date())) return t("notOver");
      if (!/^\d+$/.test(visits)) return t("visitsMissing");
      keep.save({ id: keep.newId(), kind: "visits", state: "unsent", site, name: null, first, last, visits: Number(visits), by, begins: new Date().toISOString() });
      $("visits").value = "";
      tell(t("savedVisits", { n: visits, when: about({ first, last }) }), true);
      draw();
      deliver();
      return "";
    }
    const about = ({ first, last }) => (first === last ? said(first) : `${said(first)} – ${said(last)}`);

    for (const node of document.querySelectorAll("#day, [name=span]")) node.addEventListener("change", show);
    return { show, save, about };
  };
})();
