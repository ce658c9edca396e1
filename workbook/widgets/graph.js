// The live graph in the page. Python decides what is shown; this file puts it there and reports what the reader did.

const BUTTONS = [
  ["start", "|◀", "to the start"],
  ["back", "◀", "one step back"],
  ["on", "▶", "one step on"],
  ["end", "▶|", "to the end"],
  ["reset", "Reset", "reset: first values, no gradients"],
];

const TOOLS = [
  ["scissors", "✂ detach", "scissors: put detach() on an edge"],
  ["no_grad", "no_grad", "compute a box under torch.no_grad()"],
  ["undo", "Undo", "undo the newest cut"],
  ["svg", "SVG", "save the picture as SVG"],
  ["png", "PNG", "save the picture as PNG"],
];
const SIGNS = [["plus", "positive"], ["minus", "negative"], ["both", "of both signs"]];

// How lines of gradients are read: their dashes tell the sign, their width the size.
function legendOfGradients() {
  const sample = (kind) => `<svg class="wb-drawing" viewBox="0 0 34 10" aria-hidden="true"><g class="${kind}"><path class="back" d="M0 5H34"/></g></svg>`;
  const legend = element("p", { class: "wb-legend" });
  const samples = [...SIGNS.map(([sign, told]) => [`${sign} w2`, told]), ["plus w0", "0.0001 or less"], ["plus w3", "0.1 to 1"], ["plus w5", "10 or more"]];
  legend.innerHTML = "∇" + samples.map(([kind, told]) => `<span>${sample(kind)}${told}</span>`).join("");
  return legend;
}

// A number as it stands in its field: as many digits as the boxes have, and never so few that it reads 0.
const inField = (value) => String(Number(Math.abs(value) < 0.001 ? value.toPrecision(3) : value.toFixed(4)));

// The state of the model stays whole, so that a second view of the same graph opens where the first one stands.
function initialize({ model }) {
  model.on("change:changes", () => {
    const whole = model.get("state");
    const { boxes = {}, wires = {}, ...rest } = model.get("changes");
    model.set("state", { ...whole, ...rest, boxes: { ...whole.boxes, ...boxes }, wires: { ...whole.wires, ...wires } });
  });
}

function render({ model, el }) {
  const root = element("section", { class: "wb wb-graph", "aria-label": "live graph" });
  const { header, title, status, buttons } = headOf("steps", BUTTONS, (action) => act(action)); // act stands below
  const modules = element("div", { class: "wb-modules", role: "group", "aria-label": "modules" });
  const gather = element("button", { type: "button", "data-action": "gather" });
  gather.hidden = true;
  gather.addEventListener("click", () => act("gather"));
  const canvas = element("div", { class: "wb-canvas" });
  const drawn = drawingIn(canvas);
  const step = element("div", { class: "wb-step" });
  const leaves = element("div", { class: "wb-leaves" });
  const leafTable = element("table", { class: "wb-leaf-table" });
  const zero = element("button", { type: "button", "data-action": "zero" }, "Set every .grad to None");
  zero.addEventListener("click", () => act("zero"));
  const aside = element("aside", {}, step, element("div", {}, element("h4", {}, "Leaves"), leaves, leafTable, zero));
  const sentence = spokenLine();
  const notes = element("p", { class: "wb-notes" }), unlike = element("p", { class: "wb-unlike" });
  const table = element("table");
  const words = element("details", {}, element("summary", {}, "The same as a table"), table);
  const tools = element("div", { class: "wb-tools", role: "group", "aria-label": "tools" });
  for (const [action, text, told] of TOOLS) {
    const button = element("button", { type: "button", "data-action": action, title: told }, text);
    button.addEventListener("click", () => {
      if (button.getAttribute("aria-disabled") === "true") return;
      if (action === "svg" || action === "png") saving = true;
      act(["scissors", "no_grad"].includes(action) ? "tool" : action, action);
    });
    buttons[action] = button;
    tools.append(button);
  }
  const code = element("pre", { class: "wb-code", tabindex: "0", "aria-label": "the code that would do this" });
  const cuts = element("div", {}, element("h4", {}, "The code that would do this"), code);
  aside.append(cuts);
  root.append(
    header, element("div", { class: "wb-bar" }, modules, tools),
    element("div", { class: "wb-body" }, canvas, aside),
    element("footer", {}, sentence, unlike, legendOfGradients(), notes, words));
  el.replaceChildren(root);

  let saving = false; // this view asked for a file; other views of the same graph did not
  let asked = false; // the reader pressed a step button: movement may explain it
  let focused = null; // the box that Tab reaches
  const act = (action, key) => {
    asked = action === "on";
    post(model, root, { action, key });
  };

  keepKeysInside(root);
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && root.dataset.tool) act("tool", root.dataset.tool);
  });
  canvas.addEventListener("keydown", (event) => {
    if (isShortcut(event)) return;
    if (root.dataset.tool === "scissors" && ["ArrowDown", "ArrowUp", "Enter", " "].includes(event.key)) {
      event.preventDefault();
      const wires = drawn.wires(), at = wires.indexOf(event.target.closest(".wire"));
      if (event.key === "Enter" || event.key === " ") return at >= 0 && act("wire", wires[at].dataset.key);
      return wires.at((at + (event.key === "ArrowDown" ? 1 : at < 0 ? 0 : -1)) % wires.length)?.focus();
    }
    const boxes = drawn.boxes(), at = boxes.indexOf(event.target);
    const moves = {
      ArrowLeft: () => act("back"), ArrowRight: () => act("on"), Home: () => act("start"), End: () => act("end"),
      ArrowDown: () => focusBox(boxes[Math.min(at + 1, boxes.length - 1)]),
      ArrowUp: () => focusBox(boxes[Math.max(at - 1, 0)]),
      Enter: () => at >= 0 && act("open", event.target.dataset.key),
      " ": () => at >= 0 && act("open", event.target.dataset.key),
      s: () => at >= 0 && act("choose", event.target.dataset.key),
      f: () => act("gather", event.target.dataset.key),
    };
    if (!moves[event.key]) return;
    event.preventDefault();
    moves[event.key]();
  });
  canvas.addEventListener("click", (event) => {
    const box = event.target.closest(".box[data-key]"), wire = event.target.closest(".wire[data-key]");
    if (wire && root.dataset.tool === "scissors") wire.focus(), act("wire", wire.dataset.key);
    if (box) focusBox(box), act(event.shiftKey ? "choose" : "open", box.dataset.key);
  });
  const focusBox = (box) => {
    if (!box) return;
    focused = drawn.reach(box.dataset.key);
    box.focus({ preventScroll: false });
  };

  function drawCanvas() {
    const had = canvas.contains(document.activeElement);
    putDrawing(canvas, model.get("drawing"), 0.8);
    focused = drawn.reach(focused);
    if (had) drawn.find("box", focused)?.focus({ preventScroll: true });
    title.textContent = model.get("title");
  }

  function drawModules() {
    const groups = model.get("groups");
    modules.hidden = !groups.length && gather.hidden;
    modules.replaceChildren("Folds:", ...groups.map(([key, name, open, count]) => {
      const chip = element("button", { type: "button", "aria-expanded": String(open), "data-group": key,
        title: open ? "fold into one box" : `open: ${count} parts` }, `${open ? "−" : "+"} ${name}`);
      chip.addEventListener("click", () => act("fold", key));
      return chip;
    }), gather, element("span", { class: "wb-hint" }, "Shift+click, or S, chooses boxes; F folds them."));
  }

  function drawChosen(keys) {
    for (const box of drawn.boxes()) box.classList.toggle("chosen", keys.includes(box.dataset.key));
    gather.textContent = `Fold the ${keys.length} chosen`;
    gather.hidden = keys.length < 2;
    modules.hidden = !model.get("groups").length && gather.hidden;
  }

  function drawTool(tool) {
    root.dataset.tool = tool;
    for (const action of ["scissors", "no_grad"]) buttons[action].setAttribute("aria-pressed", String(tool === action));
    for (const wire of drawn.wires()) {
      if (tool === "scissors") wire.setAttribute("tabindex", "-1"), wire.setAttribute("role", "button");
      else wire.removeAttribute("tabindex"), wire.removeAttribute("role");
    }
    if (tool === "scissors") drawn.wires()[0]?.setAttribute("tabindex", "0");
  }

  const gradient = (text) => element("span", { class: text.includes("\n") ? "wb-gradient wb-several" : "wb-gradient" }, text);

  function drawStep(panel) {
    const open = step.querySelector("details.wb-engine")?.open, mapped = Boolean(panel.maps?.length);
    const lines = [element("h4", {}, panel.heading ?? "")];
    if (panel.computed) lines.push(element("p", {}, "It computed ", element("code", {}, panel.computed)));
    if (panel.arrives) lines.push(element("p", {}, "What arrives: ", gradient(`∇ ${panel.arrives}`.replaceAll("\n", "\n\u00a0\u00a0"))));
    if (panel.sum?.length) lines.push(element("ul", { class: "wb-arrived wb-gradient" }, ...panel.sum.map((line) => element("li", {}, line))));
    if (panel.why) lines.push(element("p", { class: "wb-why" }, panel.why));
    for (const hand of panel.hands ?? []) {
      if (hand.rule) lines.push(element("p", {}, "Its rule: ", element("code", {}, hand.rule)));
      lines.push(element("p", {}, `${hand.to} `, gradient(hand.numbers)));
    }
    for (const line of panel.waits ?? []) lines.push(element("p", { class: "wb-status" }, `${line}.`));
    if (panel.problem) lines.push(...panel.problem.map((part) => element("pre", { class: "wb-problem" }, part)));
    if (panel.line) lines.push(element("p", {}, "Your line: ", element("code", {}, panel.line)));
    if (panel.code) {
      const engine = element("details", { class: "wb-engine" }, element("summary", {}, `The engine's own lines: ${panel.where}`),
        element("pre", { tabindex: "0", "aria-label": "source of this step" }, panel.code));
      engine.open = Boolean(open);
      lines.push(engine);
    }
    const maps = element("details", { class: "wb-maps" }, element("summary", {}, "Maps of the value and of its gradient"));
    for (const { svg, text } of panel.maps ?? []) {
      const drawing = element("div");
      drawing.innerHTML = svg; // Python made it, of numbers only
      maps.append(drawing, element("p", {}, text));
    }
    maps.open = mapped;
    maps.addEventListener("toggle", () => { if (maps.open !== mapped) post(model, root, { action: "maps", place: maps.open ? 1 : 0 }); });
    if (panel.maps) lines.push(maps);
    step.replaceChildren(...lines);
  }

  // Sliders are made once for each set of leaves; afterwards only their numbers change, so that a drag is never interrupted.
  let made = "";
  function drawSliders() {
    const list = model.get("sliders");
    const key = JSON.stringify(list.map(({ value, ...rest }) => rest));
    if (key !== made) {
      made = key;
      leaves.replaceChildren(...list.map(makeSlider));
      if (!list.length) leaves.append(element("p", { class: "wb-status" }, model.get("fixed")));
    }
    for (const { id, value } of list) {
      const row = leaves.querySelector(`[data-slider="${CSS.escape(id)}"]`);
      const [range, number] = row.querySelectorAll("input");
      if (document.activeElement !== number) number.value = inField(value);
      if (document.activeElement !== range) range.value = String(value); // an answer may be older than the drag
    }
  }

  function makeSlider({ id, name, least, most, grain, elements, chosen }) {
    const row = element("div", { class: "wb-leaf", "data-slider": id });
    const range = element("input", { type: "range", min: least, max: most, step: grain, "aria-label": `value of ${name}` });
    const number = element("input", { type: "number", step: grain, "aria-label": `value of ${name}, as a number` });
    const report = (value) => {
      if (!Number.isFinite(value)) return;
      asked = false;
      model.set("moved", { ...model.get("moved"), [id]: value });
      model.save_changes();
    };
    range.addEventListener("input", () => {
      number.value = inField(range.valueAsNumber);
      report(range.valueAsNumber);
    });
    number.addEventListener("change", () => {
      range.value = number.value;
      report(number.valueAsNumber);
    });
    row.addEventListener("change", () => post(model, root, { action: "moved" })); // a value that is not heard says nothing by itself
    row.append(range, number);
    if (!elements.length) row.prepend(element("span", {}, name));
    else { // the choice of an element is the name of what moves
      const select = element("select", { "aria-label": `element of ${id}` },
        ...elements.map((text, i) => element("option", { value: i }, text)));
      select.value = String(chosen);
      select.title = name;
      select.addEventListener("change", () => post(model, root, { action: "element", key: id, place: Number(select.value) }));
      row.prepend(select);
    }
    return row;
  }

  function fill(target, head, rows, classes) {
    target.replaceChildren(element("thead", {}, rowOf("th", head)), element("tbody", {}, ...rows.map((row) => rowOf("td", row, classes))));
  }

  function drawState() {
    const state = model.get("state");
    for (const [key, box] of Object.entries(state.boxes ?? {})) drawn.drawBox(key, box);
    for (const [key, wire] of Object.entries(state.wires ?? {})) drawn.drawWire(key, wire, asked);
    drawRest(state);
  }

  function drawRest(state) {
    if (state.tool !== undefined) drawTool(state.tool);
    if (state.code !== undefined) code.textContent = state.code, cuts.hidden = !state.code;
    if (state.chosen !== undefined) drawChosen(state.chosen);
    if (state.status !== undefined) status.textContent = state.status;
    if (state.sentence !== undefined) speak(sentence, state.sentence);
    if (state.panel !== undefined) drawStep(state.panel);
    if (state.leaves !== undefined) fill(leafTable, ["leaf", "value", ".grad so far", "by nudging"], state.leaves,
      ["", "wb-number", "wb-slope", ""]);
    if (state.table !== undefined) fill(table, ["part", "from", "value", "gradient so far"], state.table,
      ["", "", "wb-number", "wb-slope"]);
    if (state.notes !== undefined) notes.textContent = state.notes;
    if (state.unlike !== undefined) unlike.textContent = state.unlike, unlike.hidden = !state.unlike;
    if (state.can !== undefined) {
      for (const [action, able] of Object.entries(state.can)) {
        if (buttons[action]) allow(buttons[action], able);
        else if (action === "zero") zero.hidden = !able;
      }
    }
  }

  const drawChanges = () => {
    const { boxes = {}, wires = {}, ...rest } = model.get("changes");
    for (const [key, box] of Object.entries(boxes)) drawn.drawBox(key, box);
    for (const [key, wire] of Object.entries(wires)) drawn.drawWire(key, wire, asked);
    drawRest(rest);
    asked = false;
  };
  const drawAll = () => { drawCanvas(); drawModules(); drawState(); asked = false; };
  // Tests, and nothing else, wait for this number: it follows the last change that is on the screen.
  const mark = () => root.setAttribute("data-seq", model.get("seq"));

  const save = () => {
    if (saving) savePicture(model.get("saved").kind, model.get("saved").svg);
    saving = false;
  };
  const watched = [["change:saved", save], ["change:changes", drawChanges], ["change:drawing", drawAll], ["change:groups", drawModules],
    ["change:sliders", drawSliders], ["change:seq", () => queueMicrotask(mark)]];
  for (const [event, draw] of watched) model.on(event, draw);
  drawAll();
  drawSliders();
  mark();
  return () => { for (const [event, draw] of watched) model.off(event, draw); };
}

export default { initialize, render };
