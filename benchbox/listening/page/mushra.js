// A MUSHRA page: all versions run in step, one is heard. What a version is, only the server knows.
"use strict";
const by = (id) => document.getElementById(id);
const show = (id) => { for (const each of ["start", "trial", "end"]) by(each).hidden = each !== id; };
const complain = (text) => { by("error").textContent = text; };
const bytes = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0)).buffer;
const WORDS = ["bad", "poor", "fair", "good", "excellent"];
let context = null, listener = "", trial = null, training = true, buffers = [], playing = null, offset = 0, heard = 0;

async function ask(path, answer) {
  const response = await fetch(path, answer ? { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(answer) } : {});
  const content = await response.json();
  if (!response.ok) throw new Error(content.error);
  return content;
}
async function next() {
  stop();
  trial = await ask(`/next?listener=${encodeURIComponent(listener)}${training ? "&training" : ""}`);
  if (!trial.signals) { show("end"); return; }
  const decoder = new OfflineAudioContext(1, 1, 48000);
  buffers = await Promise.all([trial.reference, ...trial.signals].map((sound) => decoder.decodeAudioData(bytes(sound))));
  offset = 0;
  heard = 0;
  by("seek").max = buffers[0].duration;
  by("where").textContent = training ? "Practice" : `Recording ${trial.rated + 1} of ${trial.trials}`;
  by("what").textContent = training ? "Listen to every version and move the sliders: nothing is kept of this page." : "How good is each version, compared with the reference?";
  by("signals").replaceChildren(words(), ...[null, ...trial.signals].map((_, index) => row(index)));
  choose(0);
  progress();
  show("trial");
}
function words() {
  const line = document.createElement("div");
  line.className = "words";
  line.setAttribute("aria-hidden", "true");
  line.append(...["0 bad", "poor", "fair", "good", "100 excellent"].map((word) => Object.assign(document.createElement("span"), { textContent: word })));
  return line;
}
function row(index) {
  const line = document.createElement("div");
  line.className = "signal";
  const name = index ? `Version ${String.fromCharCode(64 + index)}` : "Reference";
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: name });
  button.dataset.signal = index;
  button.addEventListener("click", () => choose(index));
  line.append(button);
  if (index) {
    const slider = Object.assign(document.createElement("input"), { type: "range", min: 0, max: 100, step: 1, value: 50 });
    const output = Object.assign(document.createElement("output"), { textContent: "not rated" });
    slider.setAttribute("aria-label", `Quality of ${name}`);
    slider.addEventListener("input", () => {
      slider.dataset.rated = "yes";
      output.textContent = `${slider.value} ${WORDS[Math.min(4, Math.floor(slider.value / 20))]}`;
      progress();
    });
    line.append(slider, output);
  }
  return line;
}
const sliders = () => [...document.querySelectorAll("#signals input")];
function progress() {
  const left = sliders().filter((slider) => !slider.dataset.rated).length;
  by("next").disabled = left > 0;
  by("left").textContent = left ? `${left} to rate` : "";
}
function now() {
  if (!playing) return offset;
  const passed = offset + Math.max(0, context.currentTime - playing.since);
  return by("loop").checked ? passed % buffers[0].duration : Math.min(passed, buffers[0].duration);
}
function stop() {
  if (!playing) return;
  offset = now();
  for (const source of playing.sources) { source.onended = null; source.stop(); }
  playing = null;
  by("play").textContent = "Play";
}
async function play() {
  context = context || new AudioContext();
  await context.resume();
  if (offset >= buffers[0].duration - 0.01) offset = 0;
  const since = context.currentTime + 0.03;
  const gains = buffers.map((_, index) => new GainNode(context, { gain: Number(index === heard) }));
  const sources = buffers.map((buffer, index) => {
    const source = new AudioBufferSourceNode(context, { buffer, loop: by("loop").checked });
    source.connect(gains[index]).connect(context.destination);
    source.start(since, offset);
    return source;
  });
  playing = { sources, gains, since };
  sources[0].onended = () => { offset = 0; playing = null; by("play").textContent = "Play"; };
  by("play").textContent = "Pause";
  tick();
}
function tick() {
  by("seek").value = now();
  if (playing) requestAnimationFrame(tick);
}
function choose(index) {
  heard = index;
  for (const button of document.querySelectorAll("#signals button")) button.setAttribute("aria-pressed", String(Number(button.dataset.signal) === index));
  if (playing) playing.gains.forEach((gain, each) => gain.gain.setTargetAtTime(Number(each === index), context.currentTime, 0.004));
}
const guarded = (action) => async (event) => {
  if (event) event.preventDefault();
  complain("");
  try { await action(); } catch (error) { complain(`${error.message}. What was rated is kept; try again.`); }
};
by("enter").addEventListener("submit", guarded(async () => { listener = by("listener").value; await next(); }));
by("play").addEventListener("click", guarded(async () => (playing ? stop() : play())));
by("loop").addEventListener("change", guarded(async () => { if (playing) { stop(); await play(); } }));
by("seek").addEventListener("input", guarded(async () => { const on = Boolean(playing); stop(); offset = Number(by("seek").value); if (on) await play(); }));
by("next").addEventListener("click", guarded(async () => {
  if (!training) await ask("/rate", { listener, trial: trial.trial, scores: sliders().map((slider) => Number(slider.value)) });
  training = false;
  await next();
}));
document.addEventListener("keydown", (event) => {
  if (by("trial").hidden || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key >= "0" && event.key <= "9" && Number(event.key) < buffers.length) choose(Number(event.key));
  else if (event.key === " " && event.target.tagName !== "BUTTON" && event.target.type !== "checkbox") { event.preventDefault(); by("play").click(); }
});
