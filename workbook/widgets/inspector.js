// The tensor inspector in the page. Python decides what is shown; this file puts it there and reports what the reader did.

const BUTTONS = [
  ["start", "|◀", "to the first cell"],
  ["back", "◀", "one cell back"],
  ["on", "▶", "one cell on"],
  ["end", "▶|", "to the last cell"],
  ["reset", "Reset", "reset: the first cell, and the first argument"],
];
const CELL_KEYS = { ArrowLeft: "back", ArrowRight: "on", ArrowUp: "up", ArrowDown: "down", Home: "start", End: "end" };
const PLACE_KEYS = { ArrowLeft: -1, ArrowRight: 1 };

function render({ model, el }) {
  const root = element("section", { class: "wb wb-places wb-inspector", "aria-label": "tensor inspector" });
  const act = (action, key) => post(model, root, { action, key });
  const { header, title, status, buttons } = headOf("cells", BUTTONS, act);
  const choice = element("select", { "aria-label": "function that makes the tensor" });
  const typed = element("input", { type: "text", "aria-label": "its arguments", spellcheck: "false", autocomplete: "off" });
  const refused = element("pre", { class: "wb-refused" });
  const form = element("div", { class: "wb-form", role: "group", "aria-label": "make a tensor" },
    element("span", {}, "x = torch."), choice, element("span", {}, "("), typed, element("span", {}, ")"), refused);
  const canvas = element("div", { class: "wb-canvas wb-grid" });
  const memory = element("h4"), strip = element("div", { class: "wb-canvas wb-memory" });
  const facts = element("table", { class: "wb-facts", "aria-label": "facts about the tensor" });
  const heading = element("h4"), where = element("table", { class: "wb-where" });
  const aside = element("aside", {}, element("div", {}, element("h4", {}, "The tensor"), facts), element("div", {}, heading, where));
  const sentence = spokenLine();
  const notes = element("p", { class: "wb-notes" });
  const text = element("pre", { tabindex: "0", "aria-label": "the tensor, printed" });
  root.append(header, form,
    element("div", { class: "wb-body" }, element("div", { class: "wb-cellar" }, canvas, memory, strip), aside),
    element("footer", {}, sentence, notes, element("details", {}, element("summary", {}, "The same as print writes it"), text)));
  el.replaceChildren(root);

  keepKeysInside(root);
  const onKeys = (part, moves, report) => part.addEventListener("keydown", (event) => {
    if (isShortcut(event) || !(event.key in moves)) return;
    event.preventDefault();
    report(moves[event.key]);
  });
  onKeys(canvas, CELL_KEYS, (way) => act(way));
  onKeys(strip, PLACE_KEYS, (steps) => act("along", steps));
  canvas.addEventListener("click", (event) => {
    const cell = event.target.closest(".cell");
    if (cell) cell.focus({ preventScroll: true }), act("cell", cell.dataset.at);
  });
  strip.addEventListener("click", (event) => {
    const cell = event.target.closest(".cell");
    if (cell) cell.focus({ preventScroll: true }), act("place", Number(cell.dataset.place));
  });
  let awaited = null; // the function that was chosen and whose argument is still on its way
  choice.addEventListener("change", () => act("constructor", awaited = choice.value));
  typed.addEventListener("input", () => { awaited = null; act("edit", typed.value); });

  function drawCanvas() {
    const had = canvas.contains(document.activeElement);
    putDrawing(canvas, model.get("drawing"), 0.8);
    if (had) canvas.tabIndex = -1, canvas.focus();
  }
  function drawStrip() {
    const had = strip.contains(document.activeElement);
    putDrawing(strip, model.get("strip"), 0.8);
    focusable(strip, strip.querySelector(".cell.now"), had);
  }
  function drawForm() {
    const { names = [], name, typed: written, refused: why = "" } = model.get("form");
    form.hidden = !names.length;
    if (choice.children.length !== names.length) choice.replaceChildren(...names.map((each) => element("option", { value: each }, each)));
    if (name && document.activeElement !== choice) choice.value = name; // an answer may be older than the choice
    const focused = document.activeElement === typed;
    if (!focused || name === awaited) { // what is typed is never overwritten; the argument of another function is
      typed.value = written ?? "";
      if (focused) typed.select();
    }
    if (name === awaited) awaited = null;
    typed.setAttribute("aria-invalid", String(Boolean(why)));
    refused.hidden = !why;
    refused.textContent = why;
  }
  // One cell of each drawing can be reached by Tab: the chosen one.
  function focusable(part, chosen, focus) {
    const target = chosen ?? part.querySelector(".cell");
    for (const cell of part.querySelectorAll(".cell")) cell.setAttribute("tabindex", cell === target ? "0" : "-1");
    if (focus && target) target.focus({ preventScroll: true });
    if (chosen && part.scrollWidth + part.scrollHeight > part.clientWidth + part.clientHeight) reveal(part, chosen);
  }
  function reveal(part, cell) {
    const view = part.getBoundingClientRect(), here = cell.getBoundingClientRect();
    if (here.left < view.left || here.right > view.right) part.scrollLeft += here.left - view.left - view.width / 2;
    if (here.top < view.top || here.bottom > view.bottom) part.scrollTop += here.top - view.top - view.height / 2;
  }
  const rows = (table, list) => table.replaceChildren(element("tbody", {}, ...list.map(([name, value]) => element("tr", {},
    element("th", { scope: "row", class: "wb-code" }, name), element("td", { class: "wb-code" }, value)))));

  function drawState() {
    const state = model.get("state");
    title.textContent = state.title;
    status.textContent = state.status;
    speak(sentence, state.sentence);
    notes.textContent = state.notes;
    notes.hidden = !state.notes;
    memory.textContent = state.memory;
    heading.textContent = state.heading;
    text.textContent = state.text;
    rows(facts, state.facts);
    rows(where, state.where);
    for (const [action, able] of Object.entries(state.can)) allow(buttons[action], able);
    const had = canvas.contains(document.activeElement);
    let chosen = null;
    for (const cell of canvas.querySelectorAll(".cell")) {
      const now = cell.dataset.at === state.chosen;
      if (now) chosen = cell;
      cell.classList.toggle("now", now);
      cell.classList.toggle("same", state.same.includes(cell.dataset.at));
      cell.setAttribute("aria-pressed", String(now));
    }
    focusable(canvas, chosen, had);
  }
  // Tests, and nothing else, wait for this number: it follows the last change that is on the screen.
  const mark = () => root.setAttribute("data-seq", model.get("seq"));
  const watched = [["change:drawing", () => { drawCanvas(); drawState(); }], ["change:strip", drawStrip], ["change:form", drawForm],
    ["change:state", drawState], ["change:seq", () => queueMicrotask(mark)]];
  for (const [event, draw] of watched) model.on(event, draw);
  drawCanvas();
  drawStrip();
  drawForm();
  drawState();
  mark();
  return () => { for (const [event, draw] of watched) model.off(event, draw); };
}

export default { render };
