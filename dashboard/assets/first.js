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

  // Months and days are named as in the texts around the charts, which follow the same standard (CLDR).
  const MONTHS = [...Array(12).keys()].map((n) => Date.UTC(2023, n, 1)), WEEK = [...Array(7).keys()].map((n) => Date.UTC(2023, 0, 1 + n));
  function dates(code) {
    const names = (times, part) => {
      const written = new Intl.DateTimeFormat(code, { ...part, timeZone: "UTC" });
      return times.map((time) => written.format(time));
    };
    return {
      months: names(MONTHS, { month: "long" }), shortMonths: names(MONTHS, { month: "short" }),
      days: names(WEEK, { weekday: "long" }), shortDays: names(WEEK, { weekday: "short" }),
      dayMonth: "%-d %b", dayMonthYear: "%-d %b %Y", month: "%b %Y", year: "%Y",
    };
  }
  window.PlotlyLocales = [{ moduleType: "locale", name: "en-GB", dictionary: {}, format: dates("en-GB") }, {
    moduleType: "locale",
    name: "sv",
    dictionary: {
      "Autoscale": "Anpassa", "Reset axes": "Återställ", "Zoom": "Zooma", "Zoom in": "Zooma in", "Zoom out": "Zooma ut",
      "Pan": "Flytta", "Download plot as a PNG": "Spara som PNG", "Download plot": "Spara bild",
      "Double-click to zoom back out": "Dubbelklicka för att zooma ut",
    },
    format: { ...dates("sv-SE"), date: "%Y-%m-%d" },
  }];
})();
