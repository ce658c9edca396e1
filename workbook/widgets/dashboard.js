// The dashboard in the page. Python decides what is shown and when; this file puts it there and reports what the reader did.

const BUTTONS = [
  ["pause", "❚❚ Pause", "pause: hold the loop before its next batch"],
  ["one", "▶ Step", "step: let one batch through, and hold again"],
  ["resume", "▶▶ Resume", "resume: go on"],
  ["stop", "■ Stop", "stop: end the loop"],
];
const PANELS = [["loss", "Loss"], ["accuracy", "Accuracy"], ["confusion", "What was taken for what"],
  ["layers", "Weights and gradients of each layer"], ["pictures", "What the network says"]];
const LEAST = -5, MOST = 1; // the slider goes from 0.00001 to 10, by powers of ten

function render({ model, el }) {
  const root = element("section", { class: "wb wb-dashboard", "aria-label": "training dashboard" });
  const act = (action, value) => post(model, root, { action, value });
  const { header, title, status, buttons } = headOf("the loop", BUTTONS, act);
  title.textContent = "Training";

  const slide = element("input", { type: "range", min: LEAST, max: MOST, step: 0.05, "aria-label": "learning rate" });
  const number = element("input", { type: "number", min: 0, step: "any", "aria-label": "learning rate, as a number" });
  const progress = element("progress", { "aria-label": "batches of this round" });
  const rate = element("div", { class: "wb-rate" }, element("span", {}, "learning rate"), slide, number, progress);

  const now = element("table", { class: "wb-now", "aria-label": "how training stands" });
  const parts = Object.fromEntries(PANELS.map(([name]) => [name, element("div", {})]));
  const panels = element("div", { class: "wb-panels" }, ...PANELS.map(([name, heading]) => {
    const panel = element("div", { "data-panel": name });
    if (name === "confusion") panel.append(now);
    panel.append(element("h4", {}, heading), parts[name]);
    return panel;
  }));
  const sentence = spokenLine();
  const tables = element("div"), folded = element("details", {}, element("summary", {}, "The same as tables"), tables);
  root.append(header, rate, panels, element("footer", {}, sentence, folded));
  el.replaceChildren(root);
  keepKeysInside(root);

  slide.addEventListener("input", () => {
    const wanted = Number((10 ** slide.valueAsNumber).toPrecision(2));
    number.value = String(wanted);
    slide.setAttribute("aria-valuetext", String(wanted));
    act("rate", wanted);
  });
  number.addEventListener("change", () => {
    if (number.valueAsNumber > 0) act("rate", number.valueAsNumber);
    else { // what was typed is no rate: show the one in use, and say so
      number.value = String(model.get("state").rate);
      sentence.textContent = `A learning rate is a number above 0. It stays ${number.value}.`;
    }
  });

  function drawRate() {
    const { rate: used } = model.get("state");
    if (document.activeElement !== number) number.value = String(Number(used.toPrecision(6)));
    if (document.activeElement !== slide && used > 0) slide.value = String(Math.log10(used));
    slide.setAttribute("aria-valuetext", String(used));
  }
  function drawState() {
    const state = model.get("state");
    status.textContent = state.status;
    speak(sentence, state.sentence);
    for (const [action, able] of Object.entries(state.can)) allow(buttons[action], able);
    now.replaceChildren(element("tbody", {}, ...state.rows.map(([name, value]) => element("tr", {},
      element("th", { scope: "row" }, name), element("td", { class: "wb-number" }, value)))));
    const [batch, of] = state.progress;
    if (of) Object.assign(progress, { max: of, value: batch });
    else progress.removeAttribute("value");
    if (folded.open) drawTables();
    drawRate();
  }
  function drawTables() {
    tables.replaceChildren(...model.get("tables").map(({ heading, head, rows }) => element("div", {}, element("h4", {}, heading),
      element("table", {}, element("thead", {}, rowOf("th", head)), element("tbody", {}, ...rows.map((row) => rowOf("td", row, [], {})))))));
  }
  folded.addEventListener("toggle", () => { if (folded.open) drawTables(); });

  const drawn = {};
  function drawAll() {
    if (!model.get("seq")) return; // what it shows is still on its way
    for (const [name] of PANELS) {
      const svg = model.get(name); // made by Python, which escaped what the student wrote
      if (drawn[name] !== svg) parts[name].innerHTML = drawn[name] = svg;
    }
    root.querySelector('[data-panel="pictures"]').hidden = !model.get("pictures");
    drawState();
    root.setAttribute("data-seq", model.get("seq")); // tests, and nothing else, wait for this number
  }
  model.on("change:seq", drawAll);
  drawAll();
  return () => model.off("change:seq", drawAll);
}

export default { render };
