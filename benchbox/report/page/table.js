// The leaderboard: sorted by any measure with ties kept, filtered by noise, SNR and system.
const board = { noise: null, snr: null, query: "", sort: page.primary, reversed: false, bounds: true, hidden: new Set(measures.slice(8).map((measure) => measure.name)) };
const COSTS = [
  ["parameters", "parameters", counted],
  ["rtf", "RTF", (value) => (value === null ? DASH : value < 0.001 ? "<0.001" : value.toPrecision(2))],
  ["delay", "delay (ms)", (value, system) => (system.wholeUtterance ? "utterance" : value === null ? DASH : number(value, value < 9.95 ? 1 : 0))],
  ["macs", "MACs/s", counted],
];
const shownCosts = COSTS.filter(([key]) => systems.some((system) => system[key] !== null || (key === "delay" && system.wholeUtterance)));
const rows = systems.map((system, index) => ({ system, index, node: null }));
let made = "";

function drawBoard() {
  const view = viewOf(board.noise, board.snr);
  const shownMeasures = measures.filter((measure) => !board.hidden.has(measure.name));
  const table = document.getElementById("board");
  const sortable = (key, text, title) => {
    const sorted = board.sort === key;
    const arrow = sorted ? (board.reversed ? "\u25b4 " : "\u25be ") : "";
    return el("th", { scope: "col", class: key === "system" ? null : "measure", "aria-sort": sorted ? (board.reversed ? "ascending" : "descending") : null },
      el("button", { type: "button", title, "data-sort": key, onclick: () => { board.reversed = sorted && !board.reversed; board.sort = key; drawBoard(); document.querySelector(`#board [data-sort="${CSS.escape(key)}"]`).focus(); } },
        el("span", { class: "arrow", "aria-hidden": "true" }, arrow), text));
  };
  const head = el("thead", {}, el("tr", {}, el("th", { scope: "col", class: "rank" }, el("abbr", { title: "rank" }, "#")), sortable("system", "system", "Sort by name"),
    shownMeasures.map((measure) => sortable(measure.name, [heading(measure), measure.unit ? el("span", { class: "unit" }, measure.unit) : null], `Sort by ${measure.name}; ${measure.higher ? "higher" : "lower"} is better`)),
    el("th", { scope: "col", class: "number" }, "ok / failed"),
    shownCosts.map(([key, name]) => sortable(key, name, `Sort by ${name}`))));
  const lines = ordered(view).filter(visible);
  const ranks = ranksOf(view);
  const spans = Object.fromEntries(shownMeasures.map((measure) => [measure.name, span(view, measure)]));
  const best = Object.fromEntries(shownMeasures.map((measure) => [measure.name, bestOf(view, measure)]));
  // The lines are made once for what is filtered: sorting only moves them.
  const filtered = JSON.stringify([view.noise, view.snr, [...board.hidden]]);
  if (filtered !== made) for (const row of rows) row.node = null;
  made = filtered;
  const sizes = new Map();
  for (const rank of ranks || []) sizes.set(rank, (sizes.get(rank) || 0) + 1);
  for (const row of lines) {
    row.node = row.node || line(row, view, shownMeasures, spans, best);
    placed(row, ranks ? ranks[row.index] : null, sizes);
  }
  table.replaceChildren(el("caption", { class: "small", style: { textAlign: "left", padding: ".5rem .8rem", captionSide: "top" } }, captionOf(view)), head,
    el("tbody", {}, lines.map((row) => row.node)));
  document.getElementById("shown").textContent = `${plural(lines.length, "row")}, sorted by ${board.sort}${board.reversed ? ", worst first" : ""}.`;
}
const captionOf = (view) => {
  const conditions = [view.noise === null ? "all noises" : view.noise, view.snr === null ? "all SNRs" : levelName(view.snr)];
  return `${conditions.join(", ")}${ranksOf(view) ? "" : `; no ranks by ${board.sort} here: filters keep those by ${page.primary}`}`;
};
const ranksOf = (view) => view.ranks[measureNamed(board.sort) ? board.sort : page.primary];
const cellOf = (view, measure, index) => view.cells[measure.name][index];
const visible = (row) => (board.bounds || row.system.kind === "system") && row.system.label.toLowerCase().includes(board.query.toLowerCase());

function ordered(view) {
  const measure = measureNamed(board.sort);
  const ranks = ranksOf(view);
  const value = (row) => {
    if (board.sort === "system") return row.system.label;
    if (!measure) return row.system[board.sort];
    const cell = cellOf(view, measure, row.index);
    return cell && cell[0];
  };
  const upward = measure ? !measure.higher : true;
  const direction = (upward ? 1 : -1) * (board.reversed ? -1 : 1);
  return [...rows].sort((a, b) => {
    if ((a.system.kind === "system") !== (b.system.kind === "system")) return a.system.kind === "system" ? -1 : 1;
    const one = value(a), other = value(b);
    if (one === null || one === undefined || other === null || other === undefined) return (one === null || one === undefined) - (other === null || other === undefined);
    if (measure && ranks && ranks[a.index] !== ranks[b.index] && ranks[a.index] && ranks[b.index]) return (ranks[a.index] - ranks[b.index]) * (board.reversed ? -1 : 1);
    return (typeof one === "string" ? one.localeCompare(other) : one - other) * direction;
  });
}
function span(view, measure) {
  const cells = view.cells[measure.name].filter((cell, index) => cell && systems[index].kind !== "bound");
  // A bound may lie far out: the scale is that of the others.
  const ends = cells.flatMap((cell) => [cell[0], cell[1], cell[2]]).filter((value) => value !== null);
  return [Math.min(...ends), Math.max(...ends)];
}
function bestOf(view, measure) {
  const means = view.cells[measure.name].map((cell, index) => (cell && systems[index].kind === "system" ? cell[0] : null)).filter((mean) => mean !== null);
  return measure.higher ? Math.max(...means) : Math.min(...means);
}
// Write a line's rank, and whether it shares it.
function placed({ system, node }, rank, sizes) {
  const tied = Boolean(rank) && sizes.get(rank) > 1;
  const cell = node.firstElementChild;
  cell.textContent = rank ? `${rank}${tied ? "=" : ""}` : DASH;
  cell.title = tied ? "tied: a paired test cannot separate these" : "";
  node.className = [system.kind === "system" ? "" : "aside", tied ? "tied" : ""].join(" ").trim();
}
function line(row, view, shownMeasures, spans, best) {
  const { system, index } = row;
  const [ok, failed] = view.scored[index];
  return el("tr", {},
    el("td", { class: "rank" }),
    el("th", { scope: "row" }, named(system, system.kind === "bound" ? el("span", { class: "small" }, " bound") : null)),
    shownMeasures.map((measure) => measured(cellOf(view, measure, index), measure, spans[measure.name], best[measure.name], system)),
    el("td", { class: "number" }, `${ok} / `, failed ? el("a", { href: "#failures" }, String(failed)) : "0"),
    shownCosts.map(([key, , format]) => el("td", { class: "number" }, format(system[key], system))));
}
function measured(cell, measure, [low, high], best, system) {
  if (!cell) return el("td", {}, DASH);
  const [mean, from, to, delta] = cell;
  const at = (value) => `${(100 * (Math.min(Math.max(value, low), high) - low)) / (high - low || 1)}%`;
  const margin = from === null ? "" : `\u00b1${number(Math.max(mean - from, to - mean), measure.digits)}`;
  const bar = el("div", { class: "bar", "aria-hidden": "true" },
    from === null || mean < low || mean > high ? null : el("i", { style: { left: at(from), right: `calc(100% - ${at(to)})`, background: system.colour } }),
    mean < low || mean > high ? null : el("b", { style: { left: at(mean), background: system.colour } }));
  const interval = from === null ? "" : `, interval ${number(from, measure.digits)} to ${number(to, measure.digits)}`;
  const inside = [el("span", { class: mean === best && system.kind === "system" ? "value best-value" : "value" }, number(mean, measure.digits)), el("span", { class: "margin" }, margin), bar,
    el("span", { class: "delta" }, delta === null ? "\u00a0" : signed(delta, measure.digits))];
  return hint(el("td", {}, ...inside), `${system.label}: ${measure.name} ${number(mean, measure.digits)}${interval}, ${plural(cell[6], "mixture")}`);
}
function filters() {
  const all = (name) => [["", `all ${name}`]];
  const place = document.getElementById("filters");
  if (noises.length > 1) place.append(choice("Noise", [...all("noises"), ...noises.map((noise) => [noise, noise])], "", (value) => { board.noise = value || null; drawBoard(); }, "noise"));
  if (snrs.length > 1) place.append(choice("SNR", [...all("SNRs"), ...snrs.map((snr) => [snr === null ? "own" : snr, levelName(snr)])], "", (value) => { board.snr = value || null; drawBoard(); }, "snr"));
  const search = el("input", { type: "search", id: "search", placeholder: "name", oninput: () => { board.query = search.value; drawBoard(); } });
  place.append(el("label", {}, "System", search));
  if (measures.length > 1)
    place.append(el("details", { class: "menu" }, el("summary", {}, "Measures"), el("div", {}, measures.map((measure) =>
      el("label", { class: "tick" }, el("input", { type: "checkbox", checked: !board.hidden.has(measure.name), onchange: (event) => { board.hidden[event.target.checked ? "delete" : "add"](measure.name); drawBoard(); } }), measure.name)))));
  if (systems.some((system) => system.kind === "bound"))
    place.append(el("label", { class: "tick" }, el("input", { type: "checkbox", id: "bounds", checked: true, onchange: (event) => { board.bounds = event.target.checked; drawBoard(); } }), "noisy and bounds"));
}
filters();
drawBoard();
document.querySelector("#notes ul").append(...page.notes.map((note) => el("li", { class: "small" }, note)));
