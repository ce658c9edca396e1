// The training view in the page. Python decides what is shown; this file puts it there and reports what the reader did.

const BUTTONS = [
  ["start", "|◀", "to the start, with the first weights"],
  ["back", "◀", "one step back"],
  ["on", "▶", "one step on"],
  ["round", "▶|", "on, one round through the data"],
  ["reset", "Reset", "reset: first weights, first learning rate"],
];
const LEAST = -3, MOST = 1.5; // the learning rate goes from 0.001 to 32, by powers of ten

function render({ model, el }) {
  const root = element("section", { class: "wb wb-training", "aria-label": "training" });
  const act = (action, step) => post(model, root, { action, step });
  const { header, title, status, buttons } = headOf("steps", BUTTONS, act);
  const canvas = element("div", { class: "wb-canvas" });

  const slide = element("input", { type: "range", min: LEAST, max: MOST, step: 0.05, "aria-label": "learning rate" });
  const number = element("input", { type: "number", min: 0, step: "any", "aria-label": "learning rate, as a number" });
  const table = element("table", { "aria-label": "where the training stands" });
  const aside = element("aside", {}, element("h4", {}, "Learning rate"),
    element("div", { class: "wb-rate" }, element("span", {}, "lr"), slide, number), element("h4", {}, "So far"), table);

  const which = element("input", { type: "range", min: 0, step: 1, "aria-label": "step to look at" });
  const told = element("output");
  const open = element("button", { type: "button", "data-action": "open" });
  open.addEventListener("click", () => act("open"));
  const look = element("div", { class: "wb-look" }, element("span", {}, "Look at step"), which, told, open);

  const sentence = spokenLine();
  root.append(header,
    element("div", { class: "wb-body" }, element("div", {}, canvas, look), aside), element("footer", {}, sentence));
  el.replaceChildren(root);

  keepKeysInside(root);
  const report = (rate) => {
    if (!Number.isFinite(rate) || rate < 0) return;
    model.set("rate", rate);
    model.save_changes();
  };
  slide.addEventListener("input", () => {
    const rate = Number((10 ** slide.valueAsNumber).toPrecision(2));
    number.value = String(rate);
    report(rate);
  });
  number.addEventListener("change", () => {
    if (!(number.valueAsNumber >= 0)) { // what was typed is no rate: show the one in use, and say so
      number.value = String(model.get("rate"));
      sentence.textContent = `A learning rate is a number from 0 up. It stays ${number.value}.`;
      return;
    }
    if (number.valueAsNumber > 0) slide.value = String(Math.log10(number.valueAsNumber));
    report(number.valueAsNumber);
  });
  which.addEventListener("input", () => act("look", which.valueAsNumber));
  canvas.addEventListener("click", (event) => {
    const svg = canvas.querySelector("svg");
    const { steps } = model.get("state");
    if (!svg || !steps) return;
    const place = svg.createSVGPoint();
    place.x = event.clientX;
    place.y = event.clientY;
    const inside = place.matrixTransform(svg.getScreenCTM().inverse()).x;
    const [left, right, across] = ["left", "right", "across"].map((name) => Number(svg.dataset[name]));
    act("look", Math.round(((inside - left) / (right - left)) * across));
  });

  function drawRate() {
    const rate = model.get("rate");
    if (document.activeElement !== number) number.value = String(rate);
    if (document.activeElement !== slide && rate > 0) slide.value = String(Math.log10(rate));
    slide.setAttribute("aria-valuetext", String(rate));
  }
  function drawCurve() {
    canvas.innerHTML = model.get("drawing"); // made by training_curve.py from numbers alone
  }
  function drawState() {
    const state = model.get("state");
    title.textContent = state.title;
    status.textContent = state.status;
    speak(sentence, state.sentence);
    table.replaceChildren(element("tbody", {}, ...state.rows.map(([name, value]) => element("tr", {},
      element("th", { scope: "row" }, name), element("td", { class: "wb-number" }, value)))));
    for (const [action, able] of Object.entries(state.can)) {
      if (buttons[action]) allow(buttons[action], able);
      else open.disabled = !able;
    }
    which.max = String(Math.max(state.steps - 1, 0));
    which.disabled = !state.steps;
    if (document.activeElement !== which) which.value = String(state.looked);
    told.textContent = state.steps ? `step ${state.looked}: loss ${state.loss}, lr ${state.used}` : "no step yet";
    open.textContent = state.steps ? `Open the graph of step ${state.looked}` : "Open its graph";
  }
  const mark = () => root.setAttribute("data-seq", model.get("seq"));
  const watched = [["change:drawing", drawCurve], ["change:state", drawState], ["change:rate", drawRate],
    ["change:seq", () => queueMicrotask(mark)]];
  for (const [event, draw] of watched) model.on(event, draw);
  drawCurve();
  drawState();
  drawRate();
  mark();
  return () => { for (const [event, draw] of watched) model.off(event, draw); };
}

export default { render };
