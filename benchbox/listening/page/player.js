// What every listening page does: all versions run in step, one is heard; a trial follows the other.
"use strict";
const by = (id) => document.getElementById(id);
const show = (id) => { for (const each of ["start", "trial", "end"]) by(each).hidden = each !== id; };
const complain = (text) => { by("error").textContent = text; };
const make = (tag, properties) => Object.assign(document.createElement(tag), properties);
let context = null, listener = "", trial = null, training = true, buffers = [], playing = null, offset = 0, heard = 0;

// The page of a test has soundsOf(trial), practiceText, taskText, fillTrial() and answerOf().
async function next() {
  stop();
  trial = await nextTrial(listener, training);
  if (!trial.signals) { show("end"); return; }
  const decoder = new OfflineAudioContext(1, 1, 48000);
  buffers = await Promise.all(soundsOf(trial).map(async (sound) => decoder.decodeAudioData(await soundBytes(sound))));
  offset = 0;
  by("seek").max = buffers[0].duration;
  by("where").textContent = training ? "Practice" : `Recording ${trial.rated + 1} of ${trial.trials}`;
  by("what").textContent = training ? practiceText : taskText;
  fillTrial();
  choose(0);
  show("trial");
}
function soundButton(index, name) {
  const button = make("button", { type: "button", textContent: name });
  button.dataset.signal = index;
  button.addEventListener("click", () => choose(index));
  return button;
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
  try { await action(); } catch (error) { complain(`${error.message}. What was answered is kept; try again.`); }
};
by("enter").addEventListener("submit", guarded(async () => { listener = by("listener").value; await next(); }));
by("play").addEventListener("click", guarded(async () => (playing ? stop() : play())));
by("loop").addEventListener("change", guarded(async () => { if (playing) { stop(); await play(); } }));
by("seek").addEventListener("input", guarded(async () => { const on = Boolean(playing); stop(); offset = Number(by("seek").value); if (on) await play(); }));
by("next").addEventListener("click", guarded(async () => {
  if (!training) await giveAnswer(listener, trial, answerOf());
  training = false;
  await next();
}));
document.addEventListener("keydown", (event) => {
  if (by("trial").hidden || event.ctrlKey || event.metaKey || event.altKey) return;
  const named = [...document.querySelectorAll("#signals button")].find((button) => button.dataset.key === event.key.toLowerCase());
  if (named) choose(Number(named.dataset.signal));
  else if (event.key === " " && event.target.tagName !== "BUTTON" && !["checkbox", "radio"].includes(event.target.type)) { event.preventDefault(); by("play").click(); }
});
