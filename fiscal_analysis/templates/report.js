// Tooltips for charts on a mouse, a keyboard and a touch screen. Without this script the marks keep their native titles,
// and links go on to lead to the quotes.
(() => {
  const tip = document.createElement("div");
  tip.className = "tip";
  tip.setAttribute("role", "status");
  tip.hidden = true;
  document.body.append(tip);
  const spoken = (target) => target.closest?.("figure.chart [role='graphics-symbol'][aria-label]");
  const quote = document.documentElement.lang === "zh" ? "\u70b9\u51fb\u67e5\u770b\u539f\u6587" : "click for the quote";
  let title = null;
  const restore = () => { if (title) { title.parent.append(title.node); title = null; } };
  const hide = () => { tip.hidden = true; restore(); };
  const show = (mark) => {
    const text = mark.querySelector(":scope > title")?.textContent ?? title?.node.textContent;
    if (!text) return;
    const node = mark.querySelector(":scope > title");
    if (node) { restore(); title = { node, parent: mark }; node.remove(); } // no second, native tooltip over ours
    tip.textContent = text + (mark.closest("a") ? "\n\u2192 " + quote : "");
    tip.hidden = false;
    const box = mark.getBoundingClientRect();
    const left = Math.min(Math.max(8, box.left + box.width / 2 - tip.offsetWidth / 2), innerWidth - tip.offsetWidth - 8);
    const above = box.top - tip.offsetHeight - 10;
    tip.style.left = left + scrollX + "px";
    tip.style.top = (above > 8 ? above : box.bottom + 10) + scrollY + "px";
  };
  document.addEventListener("pointerover", (event) => { const mark = spoken(event.target); mark ? show(mark) : hide(); });
  document.addEventListener("focusin", (event) => {
    const mark = event.target.querySelector?.("[role='graphics-symbol'][aria-label]");
    event.target.closest?.("figure.chart") && mark ? show(mark) : hide();
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
  document.addEventListener("scroll", hide, { passive: true });
})();
