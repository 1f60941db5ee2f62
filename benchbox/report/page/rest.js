// What listeners chose, failures, provenance, the theme, and which section the reader is in.
function chosen() {
  if (!page.choices.length) return;
  const share = (value) => number(value === null ? null : 100 * value, 0);
  const lines = page.choices.map(([kind, one, other, listener, mean, low, high, answers, p]) => el("tr", {},
    el("th", { scope: "row" }, kind === "abx" ? `${one} and ${other} told apart` : `${one} preferred to ${other}`),
    el("td", {}, listener || "all"),
    el("td", { class: "number" }, `${share(mean)} %${low === null ? "" : ` [${share(low)}, ${share(high)}]`}`),
    el("td", { class: "number" }, String(answers)),
    el("td", { class: "number" }, p === null ? DASH : String(Number(p.toPrecision(2))))));
  body("listen").append(el("h3", {}, "What listeners chose between two systems"),
    scroller("What listeners chose", el("table", { id: "choices" },
      el("thead", {}, el("tr", {}, ["", "listener", "in", "answers", "p by guessing"].map((name, index) => (index ? el("th", { scope: "col", class: index > 1 ? "number" : null }, name) : el("td", {}))))),
      el("tbody", {}, lines))));
}
function failures() {
  const place = body("failures");
  const { reasons, tracebacks } = page.failures;
  if (!reasons.length) return place.append(el("p", { class: "none" }, "Nothing failed."));
  place.append(scroller("Reasons of failure", el("table", {},
    el("thead", {}, el("tr", {}, ["system", "reason", "kind", "measures", "scores"].map((name) => el("th", { scope: "col", class: name === "scores" ? "number" : null }, name)))),
    el("tbody", {}, reasons.map(([system, reason, status, scores, names]) => el("tr", {}, el("th", { scope: "row" }, system), el("td", { class: "wrap-here" }, reason), el("td", {}, status), el("td", { class: "wrap-here" }, names), el("td", { class: "number" }, String(scores))))))));
  for (const lines of tracebacks) place.append(el("details", {}, el("summary", {}, `Traceback: ${lines[0] || ""}`), el("pre", {}, lines.join("\n"))));
}
function provenance() {
  const place = body("provenance");
  for (const run of page.runs) {
    const copy = el("button", { type: "button", onclick: async () => {
      try { await navigator.clipboard.writeText(run.command); copy.textContent = "Copied"; } catch { getSelection().selectAllChildren(command); copy.textContent = "Selected"; }
    } }, "Copy");
    const command = el("code", {}, run.command);
    const parts = [["Suite", run.settings], ["Machine", run.machine], ["Systems and their identities", run.systems], ["Measures and what gives them", run.measures], ["Plugins that could not be loaded", run.broken]];
    place.append(el("h3", {}, page.runs.length > 1 ? `${run.name} (${run.folder})` : "The command that repeats it"),
      el("div", { class: "command" }, el("pre", { tabindex: 0, "aria-label": "Command" }, command), copy),
      ...parts.filter(([, list]) => list.length).flatMap(([name, list]) => el("details", { open: name === "Suite" || name === "Machine" }, el("summary", {}, name), el("dl", {}, list.flatMap(([key, value]) => [el("dt", {}, key), el("dd", {}, value || DASH)])))));
  }
}
function theme() {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const button = document.getElementById("theme");
  const names = ["system", "light", "dark"];
  let chosen = "system";
  const apply = () => {
    document.documentElement.dataset.theme = chosen === "system" ? (dark.matches ? "dark" : "light") : chosen;
    button.textContent = `Theme: ${chosen}`;
  };
  button.hidden = false;
  button.addEventListener("click", () => { chosen = names[(names.indexOf(chosen) + 1) % names.length]; apply(); });
  dark.addEventListener("change", apply);
  apply();
}
function follow() {
  const links = new Map([...document.querySelectorAll("#nav a")].map((link) => [link.hash.slice(1), link]));
  const seen = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      for (const link of links.values()) link.removeAttribute("aria-current");
      links.get(target.id).setAttribute("aria-current", "true");
    }
  }, { rootMargin: "-20% 0px -70% 0px" });
  for (const id of links.keys()) seen.observe(document.getElementById(id));
}
training();
chosen();
failures();
provenance();
theme();
follow();
