// Where trials come from and answers go: the server. What a version is, only it knows.
"use strict";
async function ask(path, answer) {
  const response = await fetch(path, answer ? { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(answer) } : {});
  const content = await response.json();
  if (!response.ok) throw new Error(content.error);
  return content;
}
const nextTrial = (listener, training) => ask(`next?listener=${encodeURIComponent(listener)}${training ? "&training" : ""}`);
const giveAnswer = (listener, trial, answer) => ask("rate", { listener, trial: trial.trial, ...answer });
const soundBytes = (sound) => Uint8Array.from(atob(sound), (character) => character.charCodeAt(0)).buffer;
