// Curves over SNR, the heat map, cost and training: small SVG charts on one pair of axes.
function ticks(low, high, count) {
  if (!(high > low)) return [low];
  const raw = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((each) => each * power).find((each) => each >= raw);
  const found = [];
  for (let value = Math.ceil(low / step - 1e-9) * step; value <= high + step * 1e-9; value += step) found.push(Number(value.toPrecision(12)));
  return found;
}
const tickText = (value) => (Math.abs(value) >= 1e4 ? counted(value) : String(Number(value.toPrecision(4)))).replace("-", "\u2212");

// Axes for values in [x0, x1] and [y0, y1]; gives the drawing, and how a value becomes a place.
function axes({ x, y, width = 340, height = 220, left = 44, right = 14, bottom = 34, top = 8, xTicks, xText = tickText, xName, log = false, label }) {
  const pad = (y[1] - y[0] || Math.abs(y[0]) || 1) * 0.06;
  const [low, high] = [y[0] - pad, y[1] + pad];
  const onX = log ? Math.log10 : (value) => value;
  const [x0, x1] = x.map(onX);
  const toX = (value) => left + ((onX(value) - x0) / (x1 - x0 || 1)) * (width - left - right);
  const toY = (value) => top + ((high - value) / (high - low)) * (height - top - bottom);
  const chart = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label });
  for (const value of ticks(low, high, 4)) {
    chart.append(svg("line", { class: "grid", x1: left, x2: width - right, y1: toY(value), y2: toY(value) }),
      svg("text", { x: left - 6, y: toY(value) + 3.5, "text-anchor": "end" }, tickText(value)));
  }
  chart.append(svg("line", { class: "axis", x1: left, x2: width - right, y1: height - bottom, y2: height - bottom }));
  for (const value of xTicks) chart.append(svg("text", { x: toX(value), y: height - bottom + 15, "text-anchor": "middle" }, xText(value)));
  if (xName) chart.append(svg("text", { x: width - right, y: height - 3, "text-anchor": "end" }, xName));
  return { chart, toX, toY };
}
const path = (points) => points.map(([x, y], index) => `${index ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");

// A list of systems that switches them on and off in the charts of a section.
function legend(shown, redraw, among = systems) {
  const buttons = among.map((system) => {
    const button = el("button", { type: "button", "aria-pressed": String(shown.has(system)), onclick: () => { shown[shown.has(system) ? "delete" : "add"](system); button.setAttribute("aria-pressed", String(shown.has(system))); redraw(); } }, named(system));
    const section = () => button.closest("section");
    const lift = (on) => () => section().querySelectorAll("[data-series]").forEach((series) => series.classList.toggle("dim", on && series.dataset.series !== String(systems.indexOf(system))));
    button.addEventListener("pointerenter", lift(true));
    button.addEventListener("focus", lift(true));
    button.addEventListener("pointerleave", lift(false));
    button.addEventListener("blur", lift(false));
    return el("li", {}, button);
  });
  return el("ul", { class: "legend", "aria-label": "Systems shown" }, buttons);
}

function curves() {
  const place = body("curves");
  const levels = snrs.filter((snr) => snr !== null);
  if (!levels.length) return place.append(el("p", { class: "none" }, "Every noise of these runs fixes its own level: there is no SNR to draw over."));
  const state = { noise: null, shown: new Set(systems.filter((system, index) => system.kind !== "bound" && index < 14)) };
  const panels = el("div", { class: "panels" });
  const draw = () => panels.replaceChildren(...measures.map((measure) => curvePanel(measure, state, levels)));
  if (noises.length > 1) place.append(el("div", { class: "controls" }, choice("Noise", [["", "all noises"], ...noises.map((noise) => [noise, noise])], "", (value) => { state.noise = value || null; draw(); }, "curve-noise")));
  place.append(legend(state.shown, draw), panels);
  draw();
}
function curvePanel(measure, state, levels) {
  const lines = systems.map((system, index) => ({
    system,
    points: levels.map((snr) => { const view = viewOf(state.noise, snr); const cell = view && view.cells[measure.name][index]; return cell ? [snr, cell[0], cell[1], cell[2]] : null; }).filter(Boolean),
  })).filter(({ system, points }) => state.shown.has(system) && points.length);
  const title = el("figcaption", {}, heading(measure), measure.unit ? el("span", { class: "small" }, ` ${measure.unit}`) : null);
  if (!lines.length) return el("figure", {}, title, el("p", { class: "none" }, "No scores."));
  const values = lines.flatMap(({ points }) => points.flatMap(([, ...rest]) => rest)).filter((value) => value !== null);
  const told = lines.map(({ system, points }) => `${system.label} from ${number(points[0][1], measure.digits)} at ${points[0][0]} dB to ${number(points.at(-1)[1], measure.digits)} at ${points.at(-1)[0]} dB`).join("; ");
  const margin = levels.length > 1 ? 0 : 1;
  const { chart, toX, toY } = axes({ x: [levels[0] - margin, levels.at(-1) + margin], y: [Math.min(...values), Math.max(...values)], xTicks: levels, xName: "SNR (dB)", label: `${measure.name} over SNR: ${told}` });
  for (const { system, points } of lines) {
    const banded = points.filter(([, , from]) => from !== null);
    if (banded.length > 1 && system.kind === "system")
      chart.append(svg("path", { d: `${path(banded.map(([x, , , to]) => [toX(x), toY(to)]))}L${path([...banded].reverse().map(([x, , from]) => [toX(x), toY(from)])).slice(1)}z`, style: { fill: system.colour, opacity: ".1" }, "data-series": systems.indexOf(system) }));
  }
  for (const { system, points } of lines) {
    chart.append(svg("path", { d: path(points.map(([x, y]) => [toX(x), toY(y)])), fill: "none", "stroke-width": 1.8, "stroke-dasharray": system.dash, style: { stroke: system.colour }, "data-series": systems.indexOf(system) }));
    for (const [x, y, from, to] of points)
      chart.append(hint(shape(system.shape, toX(x), toY(y), 3.4, system.colour), `${system.label}, ${x} dB: ${number(y, measure.digits)}${from === null ? "" : ` [${number(from, measure.digits)}, ${number(to, measure.digits)}]`}`));
  }
  return el("figure", {}, title, chart);
}

function heat() {
  const place = body("heat");
  const columns = noises.flatMap((noise) => (noises.length > 1 || snrs.length === 1 ? [[noise, null]] : []).concat(snrs.length > 1 ? snrs.map((snr) => [noise, snr]) : []))
    .map(([noise, snr]) => ({ noise, snr, view: snr === null && noises.length > 1 ? page.views.find((view) => same(view.noise, noise) && view.snr === null) : viewOf(noise, snr === null && snrs.length > 1 ? "own" : snr) }))
    .filter(({ view }) => view)
    .map((column, index, all) => ({ ...column, first: !index || all[index - 1].noise !== column.noise }));
  const rowsShown = systems.filter((system) => system.kind === "system");
  const gains = (measure) => columns.map(({ view }) => view.cells[measure.name]);
  if (!measures.some((measure) => gains(measure).some((cells) => cells.some((cell) => cell && cell[3] !== null)))) return place.append(el("p", { class: "none" }, "There is no noisy row to compare with."));
  const table = el("table", { class: "heat" });
  const draw = (name) => {
    const measure = measureNamed(name);
    const better = (cell) => (cell && cell[3] !== null ? cell[3] * (measure.higher ? 1 : -1) : null);
    const most = Math.max(...gains(measure).flatMap((cells) => rowsShown.map((system) => Math.abs(better(cells[systems.indexOf(system)]) || 0)))) || 1;
    table.replaceChildren(
      el("caption", { class: "small", style: { textAlign: "left", padding: ".5rem .8rem" } }, `Difference to noisy in ${measure.name}${measure.unit ? ` (${measure.unit})` : ""}, ${measure.higher ? "higher" : "lower"} is better`),
      el("thead", {},
        el("tr", {}, el("td", {}), noises.map((noise) => el("th", { scope: "colgroup", class: "first", colspan: columns.filter((column) => column.noise === noise).length }, noise))),
        el("tr", {}, el("th", { scope: "col" }, "system"), columns.map(({ noise, snr, first }) => el("th", { scope: "col", class: first ? "first" : null }, snr === null ? (snrs.length > 1 ? "all" : levelName(snrs[0])) : levelName(snr), el("span", { class: "unseen" }, `, ${noise}`))))),
      el("tbody", {}, rowsShown.map((system) => el("tr", {}, el("th", { scope: "row" }, named(system)), columns.map(({ view, first }) => {
        const cell = view.cells[measure.name][systems.indexOf(system)];
        const gain = better(cell);
        if (gain === null) return el("td", { class: first ? "none first" : "none" }, DASH);
        const strength = (0.05 + 0.45 * Math.abs(gain) / most).toFixed(3);
        return hint(el("td", { class: first ? "first" : null, style: { background: `rgba(var(--${gain >= 0 ? "gain" : "loss"}), ${strength})` } }, signed(cell[3], measure.digits)),
          `${system.label}: ${signed(cell[3], measure.digits)}${cell[4] === null ? "" : ` [${signed(cell[4], measure.digits)}, ${signed(cell[5], measure.digits)}]`}, ${plural(cell[6], "mixture")}`);
      })))));
  };
  place.append(el("div", { class: "controls" }, measureChoice(page.primary, draw, "heat-measure")), scroller("Gain over noisy by condition", table));
  draw(page.primary);
}

function costs() {
  const place = body("costs");
  const kinds = [["delay", "algorithmic delay (ms)"], ["rtf", "real-time factor"], ["parameters", "parameters"], ["macs", "MACs a second"], ["memory", "peak memory (MB)"], ["checkpoint", "checkpoint (bytes)"]]
    .filter(([key]) => systems.filter((system) => system.kind === "system" && system[key] !== null).length > 0);
  if (!kinds.length) return place.append(el("p", { class: "none" }, "Costs were not measured: benchbox run --cost does."));
  const state = { cost: (kinds.find(([key]) => key === "rtf") || kinds[0])[0], measure: page.primary };
  const figure = el("figure");
  const said = el("p", { class: "small" });
  const draw = () => {
    const measure = measureNamed(state.measure);
    const name = kinds.find(([key]) => key === state.cost)[1];
    const mean = (system) => { const cell = page.views[0].cells[measure.name][systems.indexOf(system)]; return cell && cell[0]; };
    const points = systems.filter((system) => system.kind === "system" && system[state.cost] !== null && mean(system) !== null).map((system) => ({ system, x: system[state.cost], y: mean(system) }));
    const left = systems.filter((system) => system.kind === "system" && !points.some((point) => point.system === system));
    if (!points.length) { figure.replaceChildren(el("p", { class: "none" }, "No system has both.")); return; }
    const positive = points.map(({ x }) => x).filter((x) => x > 0);
    const least = positive.length ? Math.min(...positive) : 1;
    const log = positive.length > 0 && Math.max(...positive) / least > 20;
    // A delay of nothing has no logarithm: it stands at the left end.
    const at = (x) => (log ? Math.max(x, least / 2) : x);
    const xs = points.map(({ x }) => at(x));
    const range = log ? [Math.min(...xs) / 1.5, Math.max(...xs) * 1.8] : [Math.min(0, ...xs), Math.max(...xs) * 1.15 || 1];
    const front = [];
    for (const point of [...points].sort((a, b) => a.x - b.x || (measure.higher ? b.y - a.y : a.y - b.y)))
      if (!front.length || (measure.higher ? point.y > front.at(-1).y : point.y < front.at(-1).y)) front.push(point);
    const wide = figure.clientWidth > 560;
    const { chart, toX, toY } = axes({
      x: range, y: [Math.min(...points.map(({ y }) => y)), Math.max(...points.map(({ y }) => y))], log,
      xTicks: log ? decades(range) : ticks(range[0], range[1], 5), width: wide ? 760 : 380, height: wide ? 330 : 300, xName: name + (log ? ", logarithmic" : ""),
      label: `${measure.name} against ${name}. ${points.map(({ system, x, y }) => `${system.label}: ${number(y, measure.digits)} at ${counted(x)}`).join("; ")}. Not beaten in both: ${front.map(({ system }) => system.label).join(", ")}.`,
    });
    chart.append(svg("path", { d: path(front.flatMap(({ x, y }, index) => (index ? [[toX(at(x)), toY(front[index - 1].y)], [toX(at(x)), toY(y)]] : [[toX(at(x)), toY(y)]]))), fill: "none", "stroke-width": 1.2, "stroke-dasharray": "3 3", style: { stroke: "var(--soft)" } }));
    const labels = [];
    for (const { system, x, y } of [...points].sort((a, b) => a.y - b.y)) {
      const [px, py] = [toX(at(x)), toY(y)];
      chart.append(hint(shape(system.shape, px, py, 5, system.colour), `${system.label}: ${measure.name} ${number(y, measure.digits)}, ${name} ${counted(x)}`));
      const end = px > (wide ? 560 : 260);
      let place = py - 9;
      while (labels.some(([lx, ly]) => Math.abs(lx - px) < 170 && Math.abs(ly - place) < 12)) place -= 12;
      labels.push([px, place]);
      const short = system.label.length > 34 ? `${system.label.slice(0, 32)}\u2026` : system.label;
      chart.append(svg("text", { class: "name", x: px + (end ? 5 : -5), y: place, "text-anchor": end ? "end" : "start", style: { fill: system.colour } }, short));
    }
    figure.replaceChildren(el("figcaption", {}, `${heading(measure)} over ${name}`), chart);
    said.textContent = `Not beaten in both: ${front.map(({ system }) => system.label).join(", ")}.${left.length ? ` Not shown, since unknown or over the whole utterance: ${left.map((system) => system.label).join(", ")}.` : ""}`;
  };
  place.append(el("div", { class: "controls" }, choice("Cost", kinds, state.cost, (value) => { state.cost = value; draw(); }, "cost-kind"), measureChoice(state.measure, (value) => { state.measure = value; draw(); }, "cost-measure")), figure, said);
  draw();
  addEventListener("resize", draw);
}
const decades = ([low, high]) => {
  const all = [];
  for (let power = Math.ceil(Math.log10(low)); power <= Math.log10(high); power += 1) all.push(Number((10 ** power).toPrecision(3)));
  return all.length > 1 ? all : ticks(low, high, 4);
};

function training() {
  const place = body("training");
  if (!page.training.length) return place.append(el("p", { class: "none" }, "Nothing of these runs was trained there."));
  const groups = new Map();
  for (const { columns } of page.training)
    for (const name of Object.keys(columns)) if (name !== "step") groups.set(name.replace("validation_", ""), (groups.get(name.replace("validation_", "")) || new Set()).add(name));
  const trained = page.training.map((curve) => ({ ...curve, system: systems.find((system) => system.label === curve.label) }));
  const wanted = ["loss", "codebook_usage", "perplexity"];
  const names = [...groups.keys()].sort((a, b) => (wanted.indexOf(a) + 1 || 99) - (wanted.indexOf(b) + 1 || 99));
  const state = new Set(trained.map(({ system }) => system));
  const panels = el("div", { class: "panels" });
  const draw = () => panels.replaceChildren(...names.map((name) => trainingPanel(name, [...groups.get(name)], trained.filter(({ system }) => state.has(system)))));
  place.append(legend(state, draw, trained.map(({ system }) => system)), panels);
  draw();
}
function trainingPanel(name, columns, trained) {
  const lines = trained.flatMap(({ system, columns: all }) => columns.filter((column) => all[column]).map((column) => ({
    system, column, points: all.step.map((step, index) => [step, all[column][index]]).filter(([x, y]) => x !== null && y !== null) }))).filter(({ points }) => points.length);
  const title = el("figcaption", {}, name.replaceAll("_", " "), columns.length > 1 ? el("span", { class: "small" }, " solid: training, dashed: validation") : null);
  if (!lines.length) return el("figure", {}, title, el("p", { class: "none" }, "No values."));
  const all = lines.flatMap(({ points }) => points);
  const [xs, ys] = [all.map(([x]) => x), all.map(([, y]) => y)];
  const range = [Math.min(...xs), Math.max(...xs)];
  const { chart, toX, toY } = axes({ x: range, y: [Math.min(...ys), Math.max(...ys)], xTicks: ticks(range[0], range[1], 4), xName: "step",
    label: `${name} over steps: ${lines.map(({ system, column, points }) => `${system.label} ${column} from ${points[0][1]} to ${points.at(-1)[1]}`).join("; ")}` });
  for (const { system, column, points } of lines) {
    const dashed = columns.length > 1 && column.startsWith("validation_");
    chart.append(svg("path", { d: path(points.map(([x, y]) => [toX(x), toY(y)])), fill: "none", "stroke-width": 1.8, "stroke-dasharray": dashed ? "5 4" : "none", style: { stroke: system.colour } }));
    if (points.length < 40) for (const [x, y] of points) chart.append(hint(shape(system.shape, toX(x), toY(y), 2.4, system.colour), `${system.label}, step ${x}: ${y}`));
  }
  return el("figure", {}, title, chart);
}
curves();
heat();
costs();
