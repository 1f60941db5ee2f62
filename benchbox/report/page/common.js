// What every part of the page uses. Texts from outside are only ever set as text, never as markup.
const page = JSON.parse(document.getElementById("data").textContent);
const systems = page.systems;
const measures = page.measures;
const measureNamed = (name) => measures.find((measure) => measure.name === name);
const body = (id) => document.querySelector(`#${id} .body`);
const DASH = "\u2013";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "style") Object.assign(node.style, value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}
const el = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
const svg = (tag, attributes, ...children) =>
  fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

const number = (value, digits) =>
  value === null || value === undefined ? DASH : (Math.round(value * 10 ** digits) / 10 ** digits + 0).toFixed(digits);
const signed = (value, digits) => (value > 0 && Number(number(value, digits)) > 0 ? "+" : "") + number(value, digits).replace("-", "\u2212");
const scaled = (value, units) => {
  if (value === null || value === undefined) return DASH;
  for (const [power, unit] of units) if (value >= 0.9995 * power) return `${Number((value / power).toPrecision(3))} ${unit}`.trim();
  return String(Number(value.toPrecision(3)));
};
const counted = (value) => scaled(value, [[1e9, "G"], [1e6, "M"], [1e3, "k"]]);
const plural = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;
const levelName = (snr) => (snr === null || snr === "own" ? "own level" : `${Number(snr)} dB`);
const heading = (measure) => `${measure.name} ${measure.higher ? "\u2191" : "\u2193"}`;

// Colours that most colour-blind people tell apart, and a shape and a dash beside them for the others.
const SHAPES = ["circle", "square", "diamond", "triangle", "cross"];
const DASHES = ["none", "6 3", "2 3", "8 3 2 3"];
let place = 0;
for (const system of systems) {
  const own = system.kind === "system" ? place++ : -1;
  system.colour = own < 0 ? "var(--grey)" : `var(--c${own % 6})`;
  system.shape = own < 0 ? (system.kind === "reference" ? "ring" : "line") : SHAPES[own % SHAPES.length];
  system.dash = own < 0 ? (system.kind === "reference" ? "5 4" : "1.5 3") : DASHES[Math.floor(own / 6) % DASHES.length];
}
function shape(kind, x, y, size, colour) {
  const s = size;
  const paths = {
    square: `M${x - s} ${y - s}h${2 * s}v${2 * s}h${-2 * s}z`,
    diamond: `M${x} ${y - s * 1.35}l${s * 1.35} ${s * 1.35}l${-s * 1.35} ${s * 1.35}l${-s * 1.35} ${-s * 1.35}z`,
    triangle: `M${x} ${y - s * 1.25}l${s * 1.25} ${s * 2.2}h${-s * 2.5}z`,
    cross: `M${x - s} ${y - s}l${2 * s} ${2 * s}M${x + s} ${y - s}l${-2 * s} ${2 * s}`,
    line: `M${x - s * 1.4} ${y}h${2.8 * s}`,
  };
  if (paths[kind]) {
    const open = kind === "cross" || kind === "line";
    return svg("path", { d: paths[kind], fill: open ? "none" : colour, stroke: open ? colour : "none", "stroke-width": 2, style: { fill: open ? "none" : colour, stroke: open ? colour : "none" } });
  }
  const ring = kind === "ring";
  return svg("circle", { cx: x, cy: y, r: s, style: { fill: ring ? "none" : colour, stroke: ring ? colour : "none" }, "stroke-width": 1.6 });
}
const named = (system, ...more) => el("span", { class: "named" }, mark(system), el("span", {}, system.label, ...more));
const mark = (system) =>
  svg("svg", { class: "mark", width: 12, height: 12, viewBox: "0 0 12 12", "aria-hidden": "true", style: { width: "12px", display: "inline-block" } }, shape(system.shape, 6, 6, 4, system.colour));

// A wide table scrolls in its own frame, also by keyboard.
const scroller = (label, table) => el("div", { class: "scroll", role: "region", "aria-label": label, tabindex: 0 }, table);
function choice(label, options, chosen, changed, id) {
  const select = el("select", { id, onchange: () => changed(select.value) }, options.map(([value, text]) => el("option", { value, selected: String(value) === String(chosen) }, text)));
  return el("label", {}, label, select);
}
const measureChoice = (chosen, changed, id) => choice("Measure", measures.map((measure) => [measure.name, measure.name]), chosen, changed, id);

const tip = document.getElementById("tip");
function hint(node, text) {
  const show = (event) => {
    tip.textContent = text;
    tip.hidden = false;
    const box = event.type === "focus" ? node.getBoundingClientRect() : { left: event.clientX, top: event.clientY };
    tip.style.left = `${Math.min(box.left + 12, innerWidth - tip.offsetWidth - 8)}px`;
    tip.style.top = `${Math.max(box.top - tip.offsetHeight - 10, 4)}px`;
  };
  const hide = () => { tip.hidden = true; };
  node.addEventListener("pointermove", show);
  node.addEventListener("pointerleave", hide);
  return node;
}

const noises = [...new Set(page.mixtures.map((mixture) => mixture[1]))];
const snrs = [...new Set(page.mixtures.map((mixture) => mixture[2]))].sort((a, b) => (a === null) - (b === null) || a - b);
const same = (one, other) => one === other || (one !== null && other !== null && String(one) === String(other));
const viewOf = (noise, snr) =>
  page.views.find((view) =>
    same(view.noise, noises.length > 1 ? noise : null) && same(view.snr, snrs.length > 1 ? snr : null));
