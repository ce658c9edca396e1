// The memory map in the page. Python decides what is shown; this file puts it there and reports what the reader did.

const BUTTONS = [
  ["start", "|◀", "to the start: before the first write"],
  ["back", "◀", "take one write back"],
  ["on", "▶", "one write on"],
  ["end", "▶|", "to the end: all writes"],
  ["reset", "Reset", "reset: your own numbers, no writes"],
];
const KEYS = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down" };
const FLASH = 420; // milliseconds that a written place flashes

function render({ model, el }) {
  const root = element("section", { class: "wb wb-places wb-memorymap", "aria-label": "memory map" });
  const act = (action, more = {}) => post(model, root, { action, ...more });
  const { header, title, status, buttons } = headOf("writes", BUTTONS, act);
  const name = element("select", { "aria-label": "name to write through" });
  const index = element("select", { "aria-label": "element to write" });
  const number = element("input", { type: "text", inputmode: "decimal", "aria-label": "number to write", value: "9", autocomplete: "off" });
  const write = element("button", { type: "button", "data-action": "write" }, "Write");
  const refused = element("pre", { class: "wb-refused" });
  const form = element("div", { class: "wb-write", role: "group", "aria-label": "try a write" },
    element("span", {}, "Try a write:"), name, index, element("span", {}, "="), number, write, refused);
  const canvas = element("div", { class: "wb-canvas" });
  const shares = element("div", { class: "wb-shares" });
  const versions = element("table", { "aria-label": "version of each name" });
  const aside = element("aside", {}, element("div", {}, element("h4", {}, "Who shares memory"), shares),
    element("div", {}, element("h4", {}, "Writes that Tensors count"), versions));
  const sentence = spokenLine();
  const notes = element("p", { class: "wb-notes" });
  const table = element("table", { class: "wb-names", "aria-label": "the names" });
  root.append(header, form,
    element("div", { class: "wb-body" }, element("div", { class: "wb-cellar" }, canvas), aside),
    element("footer", {}, sentence, notes, element("details", {}, element("summary", {}, "The same as a table"), table)));
  el.replaceChildren(root);

  keepKeysInside(root);
  canvas.addEventListener("keydown", (event) => {
    if (isShortcut(event)) return;
    if (event.key in KEYS) event.preventDefault(), act(KEYS[event.key]);
    else if (event.key === "Enter") event.preventDefault(), number.focus(), number.select();
  });
  canvas.addEventListener("click", (event) => {
    const mark = event.target.closest(".mark");
    if (mark) mark.focus({ preventScroll: true }), act("choose", { name: mark.dataset.name, index: mark.dataset.at });
  });
  name.addEventListener("change", () => act("choose", { name: name.value }));
  index.addEventListener("change", () => act("choose", { name: name.value, index: index.value }));
  const report = () => act("write", { number: number.value });
  write.addEventListener("click", report);
  number.addEventListener("keydown", (event) => { if (event.key === "Enter") report(); });

  const options = (select, list, chosen, text) => {
    if ([...select.options].map((each) => each.value).join("\n") !== list.join("\n"))
      select.replaceChildren(...list.map((value) => element("option", { value }, text(value))));
    select.value = chosen;
  };

  function drawCanvas() {
    const had = canvas.contains(document.activeElement);
    putDrawing(canvas, model.get("drawing"), 0.8);
    const chosen = canvas.querySelector(".mark.now") ?? canvas.querySelector(".mark");
    chosen?.setAttribute("tabindex", "0");
    if (had) chosen?.focus({ preventScroll: true });
  }
  function flash() {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    for (const cell of canvas.querySelectorAll(".wrote"))
      cell.animate([{ opacity: 0.15 }, { opacity: 1 }], { duration: FLASH, easing: "ease-out" });
  }
  function drawState() {
    const state = model.get("state");
    title.textContent = state.title;
    status.textContent = state.status;
    speak(sentence, state.sentence);
    notes.textContent = state.notes;
    refused.hidden = !state.refused;
    refused.textContent = state.refused;
    shares.replaceChildren(...state.shares.map((line) => element("p", {}, line)));
    options(name, state.names, state.name, (each) => each);
    options(index, state.indices, state.index, (each) => `[${each.replaceAll(",", ", ") || "()"}]`);
    write.disabled = index.disabled = state.empty;
    table.replaceChildren(element("thead", {}, rowOf("th", state.head)),
      element("tbody", {}, ...state.table.map((row) => rowOf("td", row))));
    versions.replaceChildren(element("thead", {}, rowOf("th", ["name", "is a", "memory", "_version"])),
      element("tbody", {}, ...state.versions.map((row) => rowOf("td", row))));
    for (const [action, able] of Object.entries(state.can)) allow(buttons[action], able);
  }
  // One redraw an update; tests, and nothing else, wait for the number.
  const drawAll = () => {
    drawCanvas();
    drawState();
    root.setAttribute("data-seq", model.get("seq"));
  };
  const answer = () => {
    drawAll();
    if (model.get("state").flash) flash();
  };
  model.on("change:seq", answer);
  drawAll();
  return () => model.off("change:seq", answer);
}

export default { render };
