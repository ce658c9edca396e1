// A board in the page: controls, a drawing, tables and a sentence. Python decides all of it; this file puts it there and
// reports what the reader did.

const TRAVEL = 420; // milliseconds that a cell takes to its new place
const PAUSE = 180;  // milliseconds without a key after which what was typed is sent

function render({ model, el }) {
  const root = element("section", { class: "wb wb-board", "aria-label": model.get("state").label });
  const { header, title, status, buttons } = headOf("steps", model.get("state").nav, (action) => act(action)); // act stands below
  const controls = element("div", { class: "wb-controls" });
  const strip = element("ol", { class: "wb-strip", "aria-label": "steps and their shapes" });
  const canvas = element("div", { class: "wb-canvas" });
  const aside = element("aside");
  const sentence = spokenLine();
  const table = element("div"), folded = element("details", {}, element("summary", {}, "The same as a table"), table);
  root.append(header, controls, strip,
    element("div", { class: "wb-body" }, canvas, aside),
    element("footer", {}, sentence, folded));
  el.replaceChildren(root);

  let asked = false; // the reader pressed a step button: movement may explain it
  const act = (action, said = {}) => {
    asked = action === "on" || action === "back";
    post(model, root, { action, ...said });
  };

  keepKeysInside(root);

  // Controls are made once for each set of them; afterwards only their values change, so that typing is never interrupted.
  let made = "";
  function drawControls() {
    const list = model.get("state").controls;
    const key = JSON.stringify(list.map(({ value, wrong, ...rest }) => rest));
    if (key !== made) {
      made = key;
      const had = controls.contains(document.activeElement) ? document.activeElement.dataset.control : null;
      controls.replaceChildren(...list.map(makeControl));
      if (had) controls.querySelector(`[data-control="${had}"]`)?.focus();
    }
    for (const { id, kind, value, wrong } of list) {
      const input = controls.querySelector(`[data-control="${id}"]`);
      if (kind === "check") input.checked = value;
      else if (kind === "range") {
        if (document.activeElement !== input) input.value = value; // an answer may be older than the drag
        if (document.activeElement !== input.nextSibling) input.nextSibling.value = value;
      }
      else if (kind === "text" || kind === "number") {
        if (document.activeElement !== input || !input.matches(":focus-visible")) input.value = value;
        input.setAttribute("aria-invalid", String(Boolean(wrong)));
      } else if (kind === "select" && document.activeElement !== input) input.value = value; // as with a drag
    }
  }

  function makeControl({ id, kind, label, options, hint, hints, range }) {
    if (kind === "chips") {
      return element("div", { class: "wb-control wb-chips", role: "group", "aria-label": label, "data-control": id },
        element("span", {}, label), ...options.map((text, place) => {
          const chip = element("button", { type: "button" }, text);
          chip.addEventListener("click", () => act("set", { id, value: text }));
          if (hints?.[place]) outlines(chip, hints[place]);
          return chip;
        }));
    }
    if (kind === "range") return makeSlider(id, label, range);
    const input = kind === "select"
      ? element("select", {}, ...options.map(([value, text]) => element("option", { value }, text)))
      : element("input", kind === "check" ? { type: "checkbox" } : kind === "number" ? { type: "number", step: "any" }
        : { type: "text", spellcheck: "false", autocomplete: "off", autocapitalize: "off" });
    input.dataset.control = id;
    if (hint) input.title = hint;
    const report = () => act("set", { id, value: kind === "check" ? input.checked : kind === "number" ? input.valueAsNumber : input.value });
    if (kind === "text") {
      let waiting;
      input.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(report, PAUSE); });
      input.addEventListener("keydown", (event) => { if (event.key === "Enter") { clearTimeout(waiting); report(); } });
    } else input.addEventListener("change", () => { if (kind !== "number" || Number.isFinite(input.valueAsNumber)) report(); });
    return element("label", { class: kind === "text" ? "wb-control wb-typed" : "wb-control" }, element("span", {}, label), input);
  }

  // A slider and, beside it, the same number to be typed.
  function makeSlider(id, label, [least, most, step]) {
    const slider = element("input", { type: "range", min: least, max: most, step, "data-control": id, "aria-label": label });
    const number = element("input", { type: "number", step: "any", "aria-label": `${label}, as a number` });
    slider.addEventListener("input", () => { wanted = ["set", { id, value: slider.valueAsNumber }]; sendPlace(); });
    number.addEventListener("change", () => { if (Number.isFinite(number.valueAsNumber)) act("set", { id, value: number.valueAsNumber }); });
    return element("div", { class: "wb-control wb-slider" }, element("span", {}, label), slider, number);
  }

  function drawStrip() {
    const list = model.get("state").strip ?? [];
    strip.hidden = !list.length;
    const had = strip.contains(document.activeElement);
    strip.replaceChildren(...list.map(([code, note, now], place) => {
      const button = element("button", { type: "button", "data-step": place }, element("code", {}, code), element("small", {}, note));
      if (now) button.setAttribute("aria-current", "step");
      button.addEventListener("click", () => act("go", { value: place }));
      return element("li", {}, button);
    }));
    if (had) strip.querySelector("[aria-current]")?.focus();
  }

  function tableOf({ head, rows, hints, classes }) {
    return element("table", {},
      element("thead", {}, rowOf("th", head)),
      element("tbody", {}, ...rows.map((row, place) => {
        const line = rowOf("td", row, classes);
        if (hints?.[place]?.length) {
          line.tabIndex = 0;
          outlines(line, hints[place]);
        }
        return line;
      })));
  }

  function drawPanels() {
    const place = [...aside.querySelectorAll("tr")].indexOf(document.activeElement);
    const open = aside.querySelector("details")?.open;
    const atCode = aside.querySelector("summary") === document.activeElement && open !== undefined;
    aside.replaceChildren(...model.get("state").panels.map(({ heading, lines, table: inner, code }) => {
      const panel = element("div", {}, element("h4", {}, heading), ...(lines ?? []).map((line) => element("p", {}, line)));
      if (inner) panel.append(tableOf(inner));
      if (code?.[1]) panel.append(element("details", open ? { open: "" } : {}, element("summary", {}, code[0]),
        element("pre", { tabindex: "0", "aria-label": "source of this step" }, code[1])));
      return panel;
    }));
    if (atCode) aside.querySelector("summary")?.focus();
    if (place >= 0) aside.querySelectorAll("tr")[place]?.focus();
  }

  // While something is hovered or has the focus, the cells that it speaks of are outlined.
  const outlines = (part, cells) => {
    for (const event of ["mouseenter", "focus"]) part.addEventListener(event, () => mark("hint", cells));
    for (const event of ["mouseleave", "blur"]) part.addEventListener(event, () => mark("hint", []));
  };

  // Cells that hold the same number wear the ring together.
  const mark = (name, keys) => {
    const wanted = new Set(keys.map(String));
    for (const cell of canvas.querySelectorAll("[data-cell]")) cell.classList.toggle(name, wanted.has(cell.dataset.cell));
  };
  canvas.addEventListener("mouseover", (event) => {
    const cell = event.target.closest("[data-cell]");
    mark("linked", cell ? (cell.dataset.links ?? cell.dataset.cell).split(" ") : []);
  });
  canvas.addEventListener("mouseleave", () => mark("linked", []));

  // Cells of a result that can be chosen: one stop for Tab, arrow keys inside; Enter and Space choose the one that has the focus.
  canvas.addEventListener("click", (event) => {
    const cell = event.target.closest("[data-choose]");
    if (cell) cell.focus(), act("choose", { value: Number(cell.dataset.choose) });
  });
  // Points of a curve: dragged, or moved by arrow keys; Page Up and Page Down take ten steps at once.
  const KEYS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10 };
  const ROWS = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 };
  canvas.addEventListener("keydown", (event) => {
    if (isShortcut(event)) return;
    const point = event.target.closest("[data-point]"), cell = event.target.closest("[data-choose]");
    if ((event.key === "Enter" || event.key === " ") && cell && cell.localName !== "button") {
      event.preventDefault();
      return act("choose", { value: Number(cell.dataset.choose) });
    }
    if (!(event.key in KEYS) || !(point || cell)) return;
    event.preventDefault();
    if (point) return act("nudge", { id: Number(point.dataset.point), value: KEYS[event.key] });
    if (cell.dataset.beside && (event.key === "ArrowLeft" || event.key === "ArrowRight")) return act("choose", { value: Number(cell.dataset.beside) });
    const cells = [...canvas.querySelectorAll("[data-choose]")];
    const columns = Number(canvas.querySelector("svg")?.dataset.columns ?? 1); // in a list, down is the next one
    const down = event.key in ROWS ? ROWS[event.key] * columns : KEYS[event.key];
    const next = cells[cells.indexOf(cell) + down];
    if (next) act("choose", { value: Number(next.dataset.choose) });
  });

  let dragged = null, wanted = null, underway = false; // one message at a time; the last place is always sent, also after the button is up
  canvas.addEventListener("pointerdown", (event) => {
    const point = event.target.closest("[data-point]");
    if (!point) return;
    event.preventDefault();
    point.focus();
    dragged = Number(point.dataset.point);
    canvas.setPointerCapture?.(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    const svg = canvas.querySelector("svg");
    if (dragged === null || !svg) return;
    const place = svg.createSVGPoint();
    place.x = event.clientX;
    place.y = event.clientY;
    const inside = place.matrixTransform(svg.getScreenCTM().inverse());
    const { left, right, top, bottom } = svg.dataset; // a point moves along the axis that the drawing names
    const value = bottom ? (bottom - inside.y) / (bottom - top) : (inside.x - left) / (right - left);
    wanted = ["drag", { id: dragged, value }];
    sendPlace();
  });
  for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, () => { dragged = null; });
  function sendPlace() {
    if (underway || !wanted) return;
    underway = true;
    act(...wanted);
    wanted = null;
  }

  function drawCanvas() {
    const focused = canvas.contains(document.activeElement) ? document.activeElement : null;
    const point = focused?.dataset.point, chose = focused?.dataset.choose !== undefined;
    putDrawing(canvas, model.get("drawing"), 0.7);
    if (point !== undefined) canvas.querySelector(`[data-point="${point}"]`)?.focus({ preventScroll: true });
    else if (chose) {
      const cell = canvas.querySelector('[data-choose][tabindex="0"]');
      cell?.focus({ preventScroll: true });
      cell?.closest("tr")?.scrollIntoView({ block: "nearest" }); // a long table scrolls along
    }
    reveal(canvas.querySelector(".cell.on"));
    if (asked) travel();
  }
  // On a narrow page a drawing is moved sideways, so that the step that the sentence tells of can be seen.
  function reveal(cell) {
    if (!cell || canvas.scrollWidth <= canvas.clientWidth) return;
    const view = canvas.getBoundingClientRect(), here = cell.getBoundingClientRect();
    if (here.left < view.left || here.right > view.right) canvas.scrollLeft += here.left - view.left - (view.width - here.width) / 2;
  }

  // Every cell behind a step starts where its number stood before it.
  function travel() {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const numbers = (cell) => cell.getAttribute("transform").match(/-?[\d.]+/g);
    const shift = (cell) => { const [x, y] = numbers(cell); return `translate(${x}px, ${y}px)`; };
    const before = {};
    for (const cell of canvas.querySelectorAll(".before [data-cell]")) before[cell.dataset.cell] ??= cell;
    for (const cell of canvas.querySelectorAll(".after [data-cell]")) {
      const from = before[cell.dataset.cell];
      if (from) cell.animate([{ transform: shift(from) }, { transform: shift(cell) }], { duration: TRAVEL, easing: "ease-in-out" });
    }
  }

  function drawState() {
    const state = model.get("state");
    title.textContent = state.title;
    status.textContent = state.status;
    speak(sentence, state.sentence);
    for (const [action, , , able] of state.nav) allow(buttons[action], able);
    drawControls();
    drawStrip();
    drawPanels();
    folded.hidden = !state.table; // where the drawing is a table already
    if (state.table) table.replaceChildren(tableOf(state.table));
  }
  const drawAll = () => {
    drawCanvas();
    drawState();
    asked = underway = false;
    sendPlace();
    root.setAttribute("data-seq", model.get("seq")); // tests, and nothing else, wait for this number
  };
  model.on("change:seq", drawAll);
  drawAll();
  return () => model.off("change:seq", drawAll);
}

export default { render };
