/* Copies the text beside a button. Where the browser gives no clipboard (plain HTTP from another machine), the text is
   selected and copied the old way. */
(function () {
  "use strict";

  function selected(node) {
    const range = document.createRange();
    range.selectNodeContents(node);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    return document.execCommand("copy");
  }

  async function copy(button) {
    const text = button.parentElement.querySelector("pre");
    let done = true;
    try { await navigator.clipboard.writeText(text.textContent + "\n"); } catch { done = selected(text); }
    if (!done || button.dataset.label) return;
    button.dataset.label = button.textContent;
    button.textContent = button.dataset.copied;
    const said = document.getElementById("announcer");
    if (said) said.textContent = button.dataset.copied;
    setTimeout(() => { button.textContent = button.dataset.label; delete button.dataset.label; if (said) said.textContent = ""; }, 2000);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button.copy");
    if (button) copy(button);
  });
})();
