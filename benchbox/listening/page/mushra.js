// A MUSHRA page: every version is rated from 0 to 100.
"use strict";
const WORDS = ["bad", "poor", "fair", "good", "excellent"];
const practiceText = "Listen to every version and move the sliders: nothing is kept of this page.";
const taskText = "How good is each version, compared with the reference?";
const soundsOf = (asked) => [asked.reference, ...asked.signals];
const answerOf = () => ({ scores: sliders().map((slider) => Number(slider.value)) });

function fillTrial() {
  by("signals").replaceChildren(words(), ...buffers.map((_, index) => row(index)));
  progress();
}
function words() {
  const line = make("div", { className: "words" });
  line.setAttribute("aria-hidden", "true");
  line.append(...["0 bad", "poor", "fair", "good", "100 excellent"].map((word) => make("span", { textContent: word })));
  return line;
}
function row(index) {
  const line = make("div", { className: "signal" });
  const name = index ? `Version ${String.fromCharCode(64 + index)}` : "Reference";
  const button = soundButton(index, name);
  if (index < 10) button.dataset.key = index;
  line.append(button);
  if (index) {
    const slider = make("input", { type: "range", min: 0, max: 100, step: 1, value: 50 });
    const output = make("output", { textContent: "not rated" });
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
