// The sounds of a clip, all running in step; one of them is heard. The picture is of what is heard.
const sounds = JSON.parse(document.getElementById("sounds").textContent);
const clipOf = (mixture) => sounds.clips.findIndex((clip) => clip.mixture === mixture);
let chooseClip = () => {};

const bytes = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
const soundsOf = new Map();
function decoded(clip) {
  if (!soundsOf.has(clip)) {
    // At the clip's own rate: less to keep than at the loudspeaker's.
    const decoder = new OfflineAudioContext(1, 1, Math.max(clip.rate, 8000));
    soundsOf.set(clip, Promise.all(clip.tracks.map((track) => decoder.decodeAudioData(bytes(track.sound).buffer))));
  }
  return soundsOf.get(clip);
}

function player(changed) {
  let context = null, playing = null, clip = null, offset = 0, track = 0, level = true, loop = false, request = 0;
  const gainOf = (index) => (index === track ? 10 ** ((level ? clip.tracks[index].gain : 0) / 20) : 0);
  const now = () => {
    if (!playing) return offset;
    const passed = offset + Math.max(0, context.currentTime - playing.since);
    return loop ? passed % clip.seconds : Math.min(passed, clip.seconds);
  };
  const silence = () => {
    if (!playing) return;
    for (const source of playing.sources) { source.onended = null; source.stop(); }
    playing = null;
  };
  const mix = () => { if (playing) playing.gains.forEach((gain, index) => gain.gain.setTargetAtTime(gainOf(index), context.currentTime, 0.004)); };
  const self = {
    now, get playing() { return Boolean(playing); }, get track() { return track; }, get clip() { return clip; },
    async play() {
      const mine = ++request;
      context = context || new AudioContext();
      await context.resume();
      const buffers = await decoded(clip);
      if (mine !== request) return;
      silence();
      if (offset >= clip.seconds - 0.01) offset = 0;
      const since = context.currentTime + 0.03;
      const gains = buffers.map((_, index) => new GainNode(context, { gain: gainOf(index) }));
      const sources = buffers.map((buffer, index) => {
        const source = new AudioBufferSourceNode(context, { buffer, loop, loopEnd: clip.seconds });
        source.connect(gains[index]).connect(context.destination);
        source.start(since, offset);
        return source;
      });
      playing = { sources, gains, since };
      sources[0].onended = () => { offset = clip.seconds; playing = null; changed(); };
      changed();
    },
    pause() { request += 1; offset = now(); silence(); changed(); },
    seek(seconds) { const on = Boolean(playing); offset = now(); silence(); offset = Math.min(Math.max(seconds, 0), clip.seconds); if (on) self.play(); else changed(); },
    choose(index) { track = index; mix(); changed(); },
    levelled(on) { level = on; mix(); },
    looped(on) { const going = Boolean(playing); offset = now(); silence(); loop = on; if (going) self.play(); },
    load(next, index) { request += 1; silence(); clip = next; offset = 0; track = index; changed(); },
  };
  return self;
}

function listen() {
  const place = body("listen");
  for (const note of sounds.notes) place.append(el("p", { class: "small" }, note));
  if (!sounds.clips.length) return place.append(el("p", { class: "none" }, "These runs kept no sounds: benchbox run --examples 6 keeps some."));
  const play = el("button", { type: "button", id: "play", "aria-keyshortcuts": "Space" }, "Play");
  const seek = el("input", { type: "range", id: "seek", min: 0, step: 0.01, value: 0, "aria-label": "Time" });
  const clock = el("output", { for: "seek", id: "clock" });
  const scores = el("p", { class: "small", "aria-live": "polite" });
  const tracks = el("fieldset", { class: "tracks" });
  const above = spectrum("spectrum"), below = spectrum("difference");
  // Recordings without a clean reference have none.
  const difference = [el("h3", {}, "Its difference from clean"), below.node,
    el("div", { class: "scale small" }, el("span", {}, "orange: louder than clean, what is left of the noise"), el("span", {}, "blue: quieter, what was taken from speech"))];
  let before = 0;
  const heard = player(update);
  const tagged = tags();
  const clips = choice("Clip", sounds.clips.map((clip, index) => [index, nameOf(clip) + (tagged[index].length ? ` (${tagged[index].join("; ")})` : "")]), 0, (value) => chooseClip(Number(value)), "clip");

  function update() {
    const { clip, track } = heard;
    play.textContent = heard.playing ? "Pause" : "Play";
    const chosen = tracks.querySelector(`input[value="${track}"]`);
    if (chosen) chosen.checked = true;
    above.draw(clip, track, null);
    const clean = clip.tracks.findIndex(({ label }) => label === "clean");
    for (const each of difference) each.hidden = clean < 0;
    if (clean >= 0) below.draw(clip, track, clean);
    tick();
  }
  function tick() {
    const time = heard.now();
    if (document.activeElement !== seek || heard.playing) seek.value = time;
    seek.setAttribute("aria-valuetext", `${time.toFixed(1)} of ${heard.clip.seconds.toFixed(1)} seconds`);
    clock.textContent = `${time.toFixed(2)} / ${heard.clip.seconds.toFixed(2)} s`;
    for (const each of [above, below]) each.head.style.left = `${(100 * time) / heard.clip.seconds}%`;
    if (heard.playing) requestAnimationFrame(tick);
  }
  function select(index) {
    if (index < 0 || index >= heard.clip.tracks.length) return;
    if (index !== heard.track) before = heard.track;
    heard.choose(index);
  }
  chooseClip = (index) => {
    const clip = sounds.clips[index];
    const label = heard.clip ? heard.clip.tracks[heard.track].label : null;
    const track = Math.max(clip.tracks.findIndex((each) => each.label === label), label === null ? 1 : 0);
    clips.querySelector("select").value = index;
    seek.max = clip.seconds;
    tracks.replaceChildren(el("legend", {}, "What is heard (keys 1 to 9; X goes back and forth between the last two)"),
      ...clip.tracks.map((each, number) => el("label", {},
        el("input", { type: "radio", name: "track", value: number, onchange: () => select(number) }),
        number < 9 ? el("kbd", { "aria-hidden": "true" }, String(number + 1)) : null,
        el("span", { class: "what" }, systemOf(each.label) ? named(systemOf(each.label)) : each.label), el("span", { class: "small" }, scoreOf(clip, each.label)),
        each.file ? el("a", { href: each.file.split("/").map(encodeURIComponent).join("/"), download: true, "aria-label": `${each.label} as WAV` }, "WAV") : null)));
    before = 0;
    heard.load(clip, Math.min(track, clip.tracks.length - 1));
    scores.textContent = `Beside the names: ${page.primary} of this mixture.`;
  };
  play.addEventListener("click", () => (heard.playing ? heard.pause() : heard.play()));
  seek.addEventListener("input", () => heard.seek(Number(seek.value)));
  document.addEventListener("keydown", (event) => {
    const near = document.getElementById("listen").getBoundingClientRect();
    const inView = heard.playing || (near.top < innerHeight && near.bottom > 0);
    const tag = event.target.tagName;
    const typing = tag === "SELECT" || tag === "TEXTAREA" || (tag === "INPUT" && !["radio", "range", "checkbox"].includes(event.target.type));
    if (!inView || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key >= "1" && event.key <= "9") select(Number(event.key) - 1);
    else if (event.key === "x" || event.key === "X") select(before);
    else if (event.key === " " && !["BUTTON", "SUMMARY", "A"].includes(tag) && event.target.type !== "checkbox") { event.preventDefault(); play.click(); }
  });
  const options = el("div", { class: "controls" }, clips,
    el("label", { class: "tick" }, el("input", { type: "checkbox", id: "level", checked: true, onchange: (event) => heard.levelled(event.target.checked) }), "one level of speech"),
    el("label", { class: "tick" }, el("input", { type: "checkbox", onchange: (event) => heard.looped(event.target.checked) }), "repeat"));
  place.append(options, extremesOf(), tracks, el("div", { class: "transport" }, play, seek, clock), scores,
    el("h3", {}, "Spectrum of what is heard"), above.node, el("div", { class: "scale small" }, el("span", {}, "0 Hz at the bottom, half the sample rate at the top"), el("span", {}, `${sounds.clips[0].range} dB from black to white`)),
    ...difference);
  chooseClip(0);

  // The best, median and worst mixture of a system, where their sounds are kept.
  function extremesOf() {
    const ranked = systems.map((system, index) => index).filter((index) => systems[index].kind === "system");
    if (!ranked.length) return null;
    let chosen = ranked[0];
    const buttons = el("span", { class: "controls", style: { margin: 0 } });
    const draw = () => {
      const found = extremeMixtures(chosen);
      buttons.replaceChildren(...["best", "median", "worst"].map((kind) => {
        const clip = found ? clipOf(page.mixtures[found[kind]][0]) : -1;
        return el("button", { type: "button", disabled: clip < 0, title: clip < 0 ? "Its sounds were not kept: benchbox report --clips extremes makes them" : null, onclick: () => { chooseClip(clip); const at = heard.clip.tracks.findIndex(({ label }) => label === systems[chosen].label); if (at >= 0) select(at); } }, kind);
      }));
    };
    draw();
    return el("div", { class: "controls" }, choice(`Clip of a system, by ${page.primary}`, ranked.map((index) => [index, systems[index].label]), chosen, (value) => { chosen = Number(value); draw(); }, "extreme"), buttons);
  }
}
const nameOf = (clip) => {
  const mixture = page.mixtures.find(([identity]) => identity === clip.mixture);
  return mixture ? `${mixture[3]}, ${mixture[1]} ${levelName(mixture[2])}` : clip.title;
};
const systemOf = (label) => systems.find((each) => each.label === label);
function scoreOf(clip, label) {
  const [system, mixture] = [systems.findIndex((each) => each.label === label), page.mixtures.findIndex(([identity]) => identity === clip.mixture)];
  return system < 0 || mixture < 0 ? "" : number(page.values[page.primary][system][mixture], measureNamed(page.primary).digits);
}
function extremeMixtures(system) {
  const values = page.values[page.primary][system];
  const sign = measureNamed(page.primary).higher ? 1 : -1;
  const order = [...values.keys()].filter((index) => values[index] !== null).sort((a, b) => sign * (values[b] - values[a]));
  return order.length ? { best: order[0], median: order[Math.floor((order.length - 1) / 2)], worst: order.at(-1) } : null;
}
function tags() {
  const found = sounds.clips.map(() => []);
  systems.forEach((system, index) => {
    const extremes = system.kind === "system" && extremeMixtures(index);
    if (!extremes) return;
    for (const kind of ["best", "median", "worst"]) {
      const clip = clipOf(page.mixtures[extremes[kind]][0]);
      if (clip >= 0) found[clip].push(`${kind} of ${system.label}`);
    }
  });
  return found;
}

const pictures = new Map();
function grey(track) {
  if (!pictures.has(track)) pictures.set(track, (async () => {
    const image = new Image();
    image.src = `data:image/png;base64,${track.picture}`;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
    canvas.drawImage(image, 0, 0);
    const { data } = canvas.getImageData(0, 0, image.width, image.height);
    return { width: image.width, height: image.height, levels: data.filter((_, index) => index % 4 === 0) };
  })());
  return pictures.get(track);
}
// From black over purple and orange to pale yellow: brightness rises evenly, so it reads without colour, too.
const INFERNO = [[0, 0, 4], [31, 12, 72], [85, 15, 109], [136, 34, 106], [186, 54, 85], [227, 89, 51], [249, 140, 10], [249, 201, 50], [252, 255, 164]];
function between(stops, share) {
  const at = Math.min(Math.max(share, 0), 1) * (stops.length - 1), low = Math.min(Math.floor(at), stops.length - 2);
  return stops[low].map((value, index) => value + (stops[low + 1][index] - value) * (at - low));
}
const HEAT = Array.from({ length: 256 }, (_, level) => between(INFERNO, level / 255));
const CHANGE = Array.from({ length: 511 }, (_, at) => between([[110, 190, 245], [20, 90, 150], [12, 14, 17], [170, 80, 10], [255, 170, 90]], at / 510));
function spectrum(id) {
  const canvas = el("canvas", { id, role: "img" });
  const head = el("div", { class: "head" });
  let drawn = null;
  async function draw(clip, track, clean) {
    const wanted = `${sounds.clips.indexOf(clip)} ${track} ${clean}`;
    if (drawn === wanted) return;
    drawn = wanted;
    const [one, reference] = await Promise.all([grey(clip.tracks[track]), clean === null ? null : grey(clip.tracks[clean])]);
    if (drawn !== wanted) return;
    canvas.width = one.width;
    canvas.height = one.height;
    canvas.setAttribute("aria-label", `${clean === null ? "Spectrum of" : "Difference from clean of"} ${clip.tracks[track].label}`);
    const picture = new ImageData(one.width, one.height);
    // 40 dB of difference is the end of the scale.
    const gain = 80 / 40;
    one.levels.forEach((level, index) => {
      const colour = reference ? CHANGE[Math.round(255 + Math.max(-255, Math.min(255, (level - reference.levels[index]) * gain)))] : HEAT[level];
      picture.data.set([...colour, 255], index * 4);
    });
    canvas.getContext("2d").putImageData(picture, 0, 0);
  }
  return { node: el("div", { class: "spectrum" }, canvas, head), head, draw };
}
listen();
pairs();
