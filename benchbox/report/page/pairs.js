// Two systems, mixture by mixture: how their differences are spread, and what the paired test says.
function pairs() {
  const place = body("pairs");
  const ranked = [...systems.keys()].sort((a, b) => (page.views[0].ranks[page.primary][a] || 1e9) - (page.views[0].ranks[page.primary][b] || 1e9));
  if (systems.length < 2) return place.append(el("p", { class: "none" }, "It takes two systems."));
  const state = { one: ranked[0], other: ranked[1], measure: page.primary };
  const answer = el("p", { class: "answer", role: "status", "aria-live": "polite", id: "answer" });
  const figure = el("figure");
  const list = el("div");
  const draw = () => {
    const measure = measureNamed(state.measure);
    const [one, other] = [state.one, state.other];
    const values = page.values[measure.name];
    const found = page.mixtures.map((mixture, index) => ({ mixture, index, difference: values[one][index] === null || values[other][index] === null ? null : values[one][index] - values[other][index] })).filter(({ difference }) => difference !== null);
    answer.replaceChildren(...told(measure, one, other, found));
    figure.replaceChildren(...(found.length ? histogram(measure, one, other, found) : []));
    list.replaceChildren(...(found.length ? extremes(measure, found) : []));
  };
  const options = systems.map((system, index) => [index, system.label]);
  place.append(el("div", { class: "controls" },
    choice("System", options, state.one, (value) => { state.one = Number(value); draw(); }, "pair-one"),
    choice("minus", options, state.other, (value) => { state.other = Number(value); draw(); }, "pair-other"),
    measureChoice(state.measure, (value) => { state.measure = value; draw(); }, "pair-measure")), answer, el("div", { class: "two" }, figure, list));
  draw();
}
function told(measure, one, other, found) {
  const names = [systems[one].label, systems[other].label].map((label) => el("strong", {}, label));
  if (one === other) return ["Choose two systems that differ."];
  if (!found.length) return [names[0], " and ", names[1], " have no mixture in common with a score."];
  const better = found.filter(({ difference }) => (measure.higher ? difference > 0 : difference < 0)).length;
  const record = page.pairs[measure.name].find(({ pair }) => pair.includes(one) && pair.includes(other));
  const flip = record && record.pair[0] === other ? -1 : 1;
  const [mean, a, b] = record ? record.difference.map((value) => (value === null ? null : value * flip)) : [found.reduce((sum, { difference }) => sum + difference, 0) / found.length, null, null];
  const interval = a === null ? "" : ` [${signed(Math.min(a, b), measure.digits)}, ${signed(Math.max(a, b), measure.digits)}]`;
  const count = `${names[0].textContent} is better on ${better} of ${plural(found.length, "mixture")}.`;
  const p = record && record.p !== null ? record.p : null;
  // The ranks are on the mixtures that all have; these two may have more.
  const corrected = `corrected for all pairs${p === null || record.tested === found.length ? "" : `, on the ${plural(record.tested, "mixture")} that all systems have`}`;
  const test = p === null ? " No paired test was made of these two." :
    p < 0.05 ? ` A paired test separates them (p ${p < 0.001 ? "< 0.001" : `= ${number(p, 3)}`}, ${corrected}).` :
    ` A paired test cannot separate them (p = ${number(p, 2)}, ${corrected}): they are tied.`;
  return [names[0], " \u2212 ", names[1], `: ${signed(mean, measure.digits)}${interval} of ${measure.name} on average. ${count}${test}`];
}
function histogram(measure, one, other, found) {
  const values = found.map(({ difference }) => difference);
  const [least, most] = [Math.min(0, ...values), Math.max(0, ...values)];
  const count = Math.min(30, Math.max(6, Math.ceil(Math.sqrt(values.length) * 1.5)));
  // Zero is an edge: a bar is all gain or all loss.
  const step = (most - least || 1) / count;
  const first = Math.floor(least / step - 1e-9), last = Math.ceil(most / step + 1e-9);
  const bins = new Map();
  for (const value of values) { const bin = Math.floor(value / step); bins.set(bin, (bins.get(bin) || 0) + 1); }
  const tallest = Math.max(...bins.values());
  const { chart, toX, toY } = axes({ x: [first * step, last * step || step], y: [0, tallest], width: innerWidth > 720 ? 560 : 360, height: 240, xTicks: ticks(first * step, last * step, 6), xName: `difference in ${measure.name}${measure.unit ? ` (${measure.unit})` : ""}`,
    label: `How the differences of ${values.length} mixtures are spread, from ${number(Math.min(...values), measure.digits)} to ${number(Math.max(...values), measure.digits)}` });
  for (const [bin, size] of bins) {
    const gain = (bin >= 0) === measure.higher;
    const [x0, x1] = [toX(bin * step), toX((bin + 1) * step)];
    chart.append(hint(svg("rect", { x: x0 + 0.6, width: Math.max(x1 - x0 - 1.2, 1), y: toY(size), height: toY(0) - toY(size), style: { fill: `rgb(var(--${gain ? "gain" : "loss"}))`, opacity: ".75" } }), `${plural(size, "mixture")} from ${signed(bin * step, measure.digits + 1)} to ${signed((bin + 1) * step, measure.digits + 1)}`));
  }
  chart.append(svg("line", { x1: toX(0), x2: toX(0), y1: 4, y2: toY(0), style: { stroke: "var(--ink)" }, "stroke-width": 1.2 }));
  return [el("figcaption", {}, "Mixtures by their difference ", el("span", { class: "small" }, `blue: ${systems[one].label} is better, orange: ${systems[other].label} is`)), chart];
}
function extremes(measure, found) {
  const sorted = [...found].sort((a, b) => a.difference - b.difference);
  const some = sorted.length > 6 ? [...sorted.slice(0, 3), ...sorted.slice(-3)] : sorted;
  return [scroller("Mixtures farthest apart", el("table", {}, el("caption", { class: "small", style: { textAlign: "left", padding: ".5rem .8rem" } }, "Farthest apart"),
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "mixture"), el("th", { scope: "col", class: "number" }, "difference"))),
    el("tbody", {}, some.map(({ mixture, difference }) => {
      const name = `${mixture[3]}, ${mixture[1]} ${levelName(mixture[2])}`;
      const clip = clipOf(mixture[0]);
      return el("tr", {}, el("td", { class: "wrap-here" }, clip < 0 ? name : el("a", { href: "#listen", onclick: () => chooseClip(clip) }, name)), el("td", { class: "number" }, signed(difference, measure.digits)));
    }))))];
}
