/* The colours that somebody chose, light or dark, else the device's: before the first paint, on plain pages too. */
(function () {
  "use strict";
  const root = document.documentElement;
  function choice() {
    try { return localStorage.getItem("besok-colours") || "auto"; } catch { return "auto"; }
  }
  const dark = matchMedia("(prefers-color-scheme: dark)");
  function paint() {
    const wish = choice();
    root.dataset.theme = wish;
    root.dataset.colours = wish === "auto" ? (dark.matches ? "dark" : "light") : wish;
  }
  paint();
  dark.addEventListener("change", paint);
  window.besok = {
    nextTheme() {
      const order = { auto: "light", light: "dark", dark: "auto" };
      try { localStorage.setItem("besok-colours", order[choice()]); } catch { /* private window */ }
      paint();
    },
  };
})();
