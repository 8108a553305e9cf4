import { morph } from "./morph.js";

// The parts of the page, whenever they change. The connection comes back by itself, and all parts come again with it.
export function follow(address, changed) {
  const state = document.getElementById("connection");
  let source, wait = 500, watchdog;

  function say(text, lost) {
    if (state.textContent !== text) state.textContent = text;
    state.classList.toggle("lost", lost);
  }

  function alive() {
    clearTimeout(watchdog);
    watchdog = setTimeout(again, 25000);
  }

  function again() {
    source.close();
    clearTimeout(watchdog);
    say("connection lost, trying again", true);
    setTimeout(connect, wait);
    wait = Math.min(wait * 2, 5000);
  }

  async function connect() {
    source = new EventSource(address);
    source.onopen = () => { wait = 500; say("live", false); alive(); };
    source.addEventListener("alive", alive);
    source.addEventListener("part", event => {
      alive();
      const [id, html] = JSON.parse(event.data);
      const part = document.getElementById(id);
      if (!part) return;
      morph(part, html);
      changed(part);
    });
    source.onerror = async () => {
      again();
      // Signed out, or a coordinator that knows no session any more: the page itself says where to sign in.
      const reply = await fetch(address, { method: "HEAD" }).catch(() => null);
      if (reply?.status === 401) location.reload();
    };
  }

  // A form that is sent leads to another page: what ends with it is no loss.
  document.addEventListener("submit", () => { source.onerror = null; source.close(); clearTimeout(watchdog); });
  connect();
}
