// The theme's script runs at the end of the page. Until then a first visit has no colors, and the script itself
// calls that an error. So the page says before it is drawn what the reader's system prefers.
const html = document.documentElement;
const preferred = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
html.dataset.mode ||= "auto";
html.dataset.theme ||= preferred;

// Paper is white.
let onScreen;
addEventListener("beforeprint", () => {
  onScreen = html.dataset.theme;
  html.dataset.theme = "light";
});
addEventListener("afterprint", () => {
  html.dataset.theme = onScreen;
});

// The sidebar's title and search stand outside of its navigation; a screen reader finds them by this landmark.
addEventListener("DOMContentLoaded", () => {
  const sidebar = document.getElementById("pst-primary-sidebar");
  sidebar?.setAttribute("role", "region");
  sidebar?.setAttribute("aria-label", "Book");
});

// A formula wider than the window scrolls in its place; by keyboard it can do so only where it is a tab stop.
addEventListener("load", async () => {
  await globalThis.MathJax?.startup?.promise;
  const observer = new ResizeObserver((changes) => {
    for (const { target } of changes) {
      if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
      else target.removeAttribute("tabindex");
    }
  });
  document.querySelectorAll("mjx-container[display]").forEach((formula) => observer.observe(formula));
});

// Docutils puts references into a list by roles, of which the standard has taken back the inner one.
addEventListener("DOMContentLoaded", () => {
  for (const reference of document.querySelectorAll("[role=doc-biblioentry]")) {
    reference.setAttribute("role", "listitem");
  }
});
