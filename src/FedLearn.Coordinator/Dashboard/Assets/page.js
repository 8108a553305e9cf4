import { follow } from "./live.js";
import { charts } from "./chart.js";
import { times } from "./times.js";

const root = document.documentElement;

function switchTheme() {
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  localStorage.setItem("theme", root.dataset.theme);
}

document.addEventListener("click", event => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.id === "theme") switchTheme();
  if (button.dataset.dialog) document.getElementById(button.dataset.dialog).showModal();
  if ("close" in button.dataset) button.closest("dialog").close();
});

charts(document);
times(document);
if (document.body.dataset.events) {
  follow(document.body.dataset.events, part => times(part));
}
