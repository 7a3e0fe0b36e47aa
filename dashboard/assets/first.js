/* Runs before everything else: wall mode before the first paint, and our own smaller plotly.js. */
(function () {
  "use strict";
  const root = document.documentElement;
  const assets = document.currentScript.src.replace(/first\.js.*$/, "");

  // The address that the wall had before.
  if (new URLSearchParams(location.search).get("tv") === "1") location.replace(location.pathname.replace(/^\/(now\b)?/, "/wall"));
  if (/^\/wall\b/.test(location.pathname)) root.dataset.wall = "1";

  // Dash sets this to its own bundle, three times the size; whoever asks gets ours, and only pages with a chart ask.
  Object.defineProperty(window, "_dashPlotlyJSURL", {
    get() { return assets + "vendor/plotly-basic-4.1.1.min.js"; },
    set() {},
  });

  const months = "januari februari mars april maj juni juli augusti september oktober november december".split(" ");
  const days = "söndag måndag tisdag onsdag torsdag fredag lördag".split(" ");
  const dates = { dayMonth: "%-d %b", dayMonthYear: "%-d %b %Y", month: "%b %Y", year: "%Y" };
  window.PlotlyLocales = [{ moduleType: "locale", name: "en-GB", dictionary: {}, format: dates }, {
    moduleType: "locale",
    name: "sv",
    dictionary: {
      "Autoscale": "Anpassa", "Reset axes": "Återställ", "Zoom": "Zooma", "Zoom in": "Zooma in", "Zoom out": "Zooma ut",
      "Pan": "Flytta", "Download plot as a PNG": "Spara som PNG", "Download plot": "Spara bild",
      "Double-click to zoom back out": "Dubbelklicka för att zooma ut",
    },
    format: {
      days: days, shortDays: days.map((d) => d.slice(0, 3)),
      months: months, shortMonths: months.map((m) => m.slice(0, 3)),
      date: "%Y-%m-%d", ...dates,
    },
  }];
})();
