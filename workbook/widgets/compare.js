// Two runs side by side in the page: one set of buttons moves both. Python decides what is shown, and what differs.

function render({ model, el }) {
  const root = element("section", { class: "wb wb-compare", "aria-label": "two graphs side by side" });
  const act = (action, key) => post(model, root, { action, key });
  const { header, title, status, buttons } = headOf("steps", [
    ["start", "|◀", "to the start"], ["back", "◀", "one step back"], ["on", "▶", "one step on"], ["end", "▶|", "to the end"]], (action) => act(action));
  const sides = [0, 1].map(() => {
    const canvas = element("div", { class: "wb-canvas" }), name = element("h4");
    return { canvas, name, part: element("div", {}, name, canvas), drawn: drawingIn(canvas) };
  });
  const sentence = spokenLine(), table = element("table");
  const words = element("details", {}, element("summary", {}, "The same as a table"), table);
  root.append(header, element("div", { class: "wb-two" }, ...sides.map((side) => side.part)), element("footer", {}, sentence, words));
  el.replaceChildren(root);
  title.textContent = "Two runs";

  keepKeysInside(root);
  sides.forEach(({ canvas, drawn }, place) => {
    const focus = (box) => { if (box) drawn.reach(box.dataset.key), box.focus(); };
    canvas.addEventListener("keydown", (event) => {
      if (isShortcut(event)) return;
      const boxes = drawn.boxes(), at = boxes.indexOf(event.target);
      const moves = {
        ArrowLeft: () => act("back"), ArrowRight: () => act("on"), Home: () => act("start"), End: () => act("end"),
        ArrowDown: () => focus(boxes[Math.min(at + 1, boxes.length - 1)]), ArrowUp: () => focus(boxes[Math.max(at - 1, 0)]),
        Enter: () => at >= 0 && act("open", `${place}${event.target.dataset.key}`),
      };
      if (!moves[event.key]) return;
      event.preventDefault();
      moves[event.key]();
    });
    canvas.addEventListener("click", (event) => {
      const box = event.target.closest(".box[data-key]");
      if (box) focus(box), act("open", `${place}${box.dataset.key}`);
    });
  });

  function drawState() {
    const state = model.get("state");
    state.sides.forEach(({ title: name, boxes, wires }, place) => {
      const { drawn, name: head } = sides[place];
      head.textContent = `${place + 1}: ${name}`;
      for (const [key, box] of Object.entries(boxes)) drawn.drawBox(key, box);
      for (const [key, wire] of Object.entries(wires)) drawn.drawWire(key, wire);
    });
    status.textContent = state.status;
    speak(sentence, state.sentence);
    for (const [action, able] of Object.entries(state.can)) allow(buttons[action], able);
    table.replaceChildren(element("thead", {}, rowOf("th", state.head)), element("tbody", {}, ...state.table.map((row) =>
      rowOf("td", row, ["", "wb-number", "wb-number", "wb-slope", "wb-slope", ""]))));
  }
  function drawAll() {
    model.get("drawings").forEach((svg, place) => { putDrawing(sides[place].canvas, svg, 0.8); sides[place].drawn.reach(null); });
    drawState();
  }
  const mark = () => root.setAttribute("data-seq", model.get("seq"));
  const watched = [["change:state", drawState], ["change:seq", () => queueMicrotask(mark)]];
  for (const [event, draw] of watched) model.on(event, draw);
  drawAll();
  mark();
  return () => { for (const [event, draw] of watched) model.off(event, draw); };
}

export default { render };
