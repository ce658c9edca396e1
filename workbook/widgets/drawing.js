// A drawn graph in the page: its boxes and wires say what Python says, and nothing more. files.py puts this before a view of graphs.

const TRAVEL = 420; // milliseconds that a number takes along an edge

function drawingIn(canvas) {
  const find = (kind, key) => canvas.querySelector(`.${kind}[data-key="${CSS.escape(key)}"]`);
  const boxes = () => [...canvas.querySelectorAll(".box[data-key]")];

  // The one box that Tab reaches.
  function reach(key) {
    const chosen = boxes().find((box) => box.dataset.key === key) ?? boxes()[0];
    for (const box of boxes()) box.setAttribute("tabindex", box === chosen ? "0" : "-1");
    return chosen?.dataset.key ?? null;
  }

  function drawBox(key, { texts, state, spoken, mark }) {
    const box = find("box", key);
    if (!box) return;
    box.classList.remove("wait", "now", "done");
    box.classList.add(state);
    box.setAttribute("aria-label", spoken);
    if (mark !== undefined) {
      box.querySelector(".mark").textContent = mark;
      box.classList.toggle("differs", Boolean(mark));
    }
    const lines = box.querySelectorAll(".value, .grad");
    texts.forEach((text, i) => { if (lines[i] && lines[i].textContent !== text) lines[i].textContent = text; });
    if (state === "now") {
      const view = canvas.getBoundingClientRect(), here = box.getBoundingClientRect();
      if (here.top < view.top || here.bottom > view.bottom) canvas.scrollTop += here.top - view.top - view.height / 2;
      if (here.left < view.left || here.right > view.right) canvas.scrollLeft += (here.left + here.right - view.left - view.right) / 2;
    }
  }

  function drawWire(key, [text, state, width = 0, sign = ""], moving = false) {
    const wire = find("wire", key);
    if (!wire) return;
    const crowded = wire.classList.contains("crowded");
    wire.setAttribute("class", ["wire", state, sign && `w${width}`, sign, crowded ? "crowded" : ""].filter(Boolean).join(" "));
    wire.querySelector(".hand").textContent = text;
    if (moving && (state === "now" || state === "flow")) travel(wire, state === "flow");
  }

  function travel(wire, forward) {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const path = wire.querySelector(forward ? ".flow" : ".back");
    const dot = document.createElementNS("http://www.w3.org/2000/svg", "circle");
    dot.setAttribute("class", forward ? "wb-traveller forward" : "wb-traveller");
    dot.setAttribute("r", "5");
    wire.append(dot);
    const length = path.getTotalLength(), begun = performance.now();
    const move = (now) => {
      const part = Math.min(1, (now - begun) / TRAVEL);
      const point = path.getPointAtLength(length * part);
      dot.setAttribute("cx", point.x);
      dot.setAttribute("cy", point.y);
      part < 1 && dot.isConnected ? requestAnimationFrame(move) : dot.remove();
    };
    requestAnimationFrame(move);
  }

  const wires = () => [...canvas.querySelectorAll(".wire[data-key]")];

  return { find, boxes, wires, reach, drawBox, drawWire };
}

