// Where trials come from and answers go: files beside the page, and this browser. What a version is, no file here says.
"use strict";
let test = null, answers = {}, person = "";
const slot = () => `benchbox ${test.test} ${person}`;

async function nextTrial(listener, training) {
  test = test || (await (await file("test.json")).json());
  person = listener;
  answers = JSON.parse(localStorage.getItem(slot()) || "{}");
  offerDownload();
  const order = shuffled(test.questions, randoms(`${test.seed} ${test.test} ${listener}`));
  const open = order.filter((question) => !(question.id in answers));
  const state = { trials: order.length, rated: order.length - open.length };
  if (!open.length) return state;
  const question = training ? order[0] : open[0];
  const random = randoms(`${test.seed} ${test.test} ${listener} ${question.id}`);
  const signals = shuffled(question.signals, random);
  if (test.kind === "abx") signals.push(signals[Math.floor(2 * random())]);
  return { ...state, trial: question.id, reference: question.reference, signals };
}
async function giveAnswer(listener, trial, answer) {
  const { signals } = trial;
  const given = test.kind === "mushra"
    ? { scores: Object.fromEntries(signals.map((sound, index) => [sound, answer.scores[index]])) }
    : { said: answer.choice === null ? null : signals[answer.choice], x: test.kind === "abx" ? signals[2] : null };
  localStorage.setItem(slot(), JSON.stringify({ ...answers, [trial.trial]: given }));
}
const soundBytes = async (sound) => (await file(`sounds/${sound}.wav`)).arrayBuffer();

async function file(name) {
  const response = await fetch(name);
  if (!response.ok) throw new Error(`${name} cannot be loaded (${response.status})`);
  return response;
}
function offerDownload() {
  document.getElementById("saved").hidden = !Object.keys(answers).length;
}
document.getElementById("download").addEventListener("click", () => {
  const content = { benchbox: "answers", test: test.test, listener: person, answers: Object.entries(answers).map(([question, given]) => ({ question, ...given })) };
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(content, null, 1)], { type: "application/json" }));
  link.download = `${person}-${test.test}.json`;
  link.click();
  URL.revokeObjectURL(link.href);
});

// Numbers from 0 to 1 that a text decides: FNV-1a, then mulberry32.
function randoms(text) {
  let state = 2166136261;
  for (const character of text) state = Math.imul(state ^ character.codePointAt(0), 16777619);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
function shuffled(items, random) {
  const all = [...items];
  for (let last = all.length - 1; last > 0; last -= 1) {
    const other = Math.floor((last + 1) * random());
    [all[last], all[other]] = [all[other], all[last]];
  }
  return all;
}
