// An ABX or a preference page: A and B, and in ABX the X that is one of them; one of a few answers.
"use strict";
const isAbx = document.body.dataset.test === "abx";
const practiceText = "Listen to every version and choose an answer: nothing is kept of this page.";
const taskText = "Listen to every version, as often as you like.";
const question = isAbx ? "Is X the same as A, or the same as B?" : "Which sounds better to you?";
const soundsOf = (asked) => asked.signals;
const ANSWERS = isAbx ? [["X is A", 0], ["X is B", 1]] : [["A sounds better", 0], ["B sounds better", 1], ["neither", null]];
const chosen = () => document.querySelector("#choices input:checked");
const answerOf = () => ({ choice: ANSWERS[Number(chosen().value)][1] });

function fillTrial() {
  by("signals").className = "versions";
  by("signals").replaceChildren(...buffers.map((_, index) => {
    const button = soundButton(index, "ABX"[index]);
    button.dataset.key = "abx"[index];
    button.setAttribute("aria-label", `Version ${"ABX"[index]}`);
    return button;
  }));
  const answers = document.createElement("fieldset");
  answers.append(make("legend", { textContent: question }), ...ANSWERS.map(([text], index) => {
    const label = document.createElement("label");
    const radio = make("input", { type: "radio", name: "choice", value: index });
    radio.addEventListener("change", progress);
    label.append(radio, ` ${text}`);
    return label;
  }));
  by("choices").replaceChildren(answers);
  progress();
}
function progress() {
  by("next").disabled = !chosen();
  by("left").textContent = chosen() ? "" : "choose an answer";
}
