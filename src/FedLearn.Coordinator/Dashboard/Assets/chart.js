// A readout of the values under the pointer, or of the round that the arrow keys are on.
const at = new WeakMap();

export function charts(part) {
  part.addEventListener("pointermove", event => {
    const svg = event.target.closest?.("[data-chart] svg");
    if (!svg) return;
    const box = svg.getBoundingClientRect();
    show(svg, (event.clientX - box.left) / box.width);
  });
  part.addEventListener("pointerout", event => {
    const svg = event.target.closest?.("[data-chart] svg");
    if (svg && !svg.contains(event.relatedTarget)) clear(svg);
  });
  part.addEventListener("keydown", event => {
    const svg = event.target.closest?.("[data-chart] svg");
    const step = { ArrowLeft: -1, ArrowRight: 1, Home: -1e9, End: 1e9 }[event.key];
    if (!svg || !step) return;
    event.preventDefault();
    const rounds = lines(svg).flatMap(l => l.rounds).sort((a, b) => a - b).filter((r, i, all) => r !== all[i - 1]);
    const index = rounds.indexOf(at.get(svg) ?? rounds[0]);
    const round = rounds[Math.max(0, Math.min(rounds.length - 1, (index < 0 ? 0 : index) + step))];
    show(svg, (round - shift(svg)) / to(svg));
  });
}

const to = svg => Number(svg.closest("[data-chart]").dataset.to);
const shift = svg => "steps" in svg.closest("[data-chart]").dataset ? 0.5 : 0;

function lines(svg) {
  return [...svg.querySelectorAll("[data-x]")].map(path => ({
    name: path.dataset.name, rounds: path.dataset.x.split(" ").map(Number), values: path.dataset.y.split(" "),
  }));
}

function show(svg, place) {
  const wanted = place * to(svg) + shift(svg);
  const all = lines(svg).map(line => {
    let low = 0, high = line.rounds.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (line.rounds[middle] < wanted - 0.5) low = middle + 1; else high = middle;
    }
    return { name: line.name, round: line.rounds[low], value: line.values[low] };
  });
  const round = all.reduce((best, l) => Math.abs(l.round - wanted) < Math.abs(best - wanted) ? l.round : best, all[0].round);
  const text = `round ${round}: ` + all.filter(l => l.round === round).reverse().map(l => `${l.name} ${l.value}`).join(", ");
  at.set(svg, round);
  svg.closest("[data-chart]").querySelector("output").textContent = text;
  const x = 1000 * (round - shift(svg)) / to(svg);
  const cursor = svg.querySelector(".cursor");
  cursor.setAttribute("x1", x);
  cursor.setAttribute("x2", x);
  cursor.classList.add("on");
}

function clear(svg) {
  svg.querySelector(".cursor").classList.remove("on");
  svg.closest("[data-chart]").querySelector("output").textContent = "";
}
