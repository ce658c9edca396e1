// What all views share in the page. files.py puts it before each view's own file: a view is one file for the browser.

// A new element, with its attributes and what stands in it.
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

// The line that is spoken when it changes.
const spokenLine = () => element("p", { class: "wb-sentence", role: "status", "aria-live": "polite" });
function speak(line, text) {
  if (line.textContent !== text) line.textContent = text;
}

// The head of a view: its title, where it stands, and a button for each [action, text, label].
function headOf(label, actions, act) {
  const title = element("b"), status = element("span", { class: "wb-status" });
  const nav = element("nav", { "aria-label": label }), buttons = {};
  for (const [action, text, told] of actions) {
    const button = element("button", { type: "button", "aria-label": told, title: told, "data-action": action }, text);
    button.addEventListener("click", () => { if (button.getAttribute("aria-disabled") !== "true") act(action); });
    buttons[action] = button;
  }
  nav.append(...Object.values(buttons));
  return { header: element("header", {}, title, status, nav), title, status, nav, buttons };
}

// Allow a button of the head, or not. One that was `disabled` would lose the focus, and the reader's next key with it.
function allow(button, able) {
  button.setAttribute("aria-disabled", String(!able));
}

// Put a drawing into its part of the page; it shrinks with the page to `least` of its size, and from there on scrolls. Where there
// is room, its spine stands in the middle of the page.
// Python made the text, and escaped what the student wrote.
function putDrawing(part, svg, least) {
  part.innerHTML = svg;
  const drawn = part.querySelector("svg");
  if (!drawn) return;
  part.style.setProperty("--wb-least", `${least * drawn.getAttribute("width")}px`);
  part.style.setProperty("--wb-wide", `${drawn.getAttribute("width")}px`);
  part.style.setProperty("--wb-spine", `${drawn.dataset.spine ?? drawn.getAttribute("width") / 2}px`);
}

// Give the reader a file. A picture becomes a PNG here: only the browser has pixels.
function saveAs(name, blob) {
  const link = element("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
async function savePicture(kind, svg) {
  const picture = new Blob([svg], { type: "image/svg+xml" });
  if (kind === "svg") return saveAs("graph.svg", picture);
  const image = new Image();
  image.src = URL.createObjectURL(picture);
  await image.decode();
  const canvas = element("canvas", { width: 2 * image.width, height: 2 * image.height });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(image.src);
  canvas.toBlob((blob) => saveAs("graph.png", blob), "image/png");
}

// A row of a table; `classes` are those of its cells, where they have one.
function rowOf(tag, texts, classes = [], attributes = tag === "th" ? { scope: "col" } : {}) {
  return element("tr", {}, ...texts.map((text, i) => element(tag, classes[i] ? { ...attributes, class: classes[i] } : attributes, text)));
}

// A view answers its own keys: JupyterLab, which takes single letters and arrows as commands, never hears of them. Its shortcuts
// with Ctrl, Meta or Alt still reach it, and so does Escape.
const isShortcut = (event) => event.ctrlKey || event.metaKey || event.altKey;
function keepKeysInside(root) {
  root.addEventListener("keydown", (event) => {
    if (!isShortcut(event) && event.key !== "Escape") event.stopPropagation();
  });
}

// Send a message to Python. After the kernel ended or was restarted nobody is there, and JupyterLab refuses to send: a view that
// stands still without a word looks broken, so it says why, where it always speaks. What it shows can still be read.
const UNHEARD = "The kernel that drew this has ended or was restarted, so nobody answers. Run this cell again, and the cells before it.";
function post(model, root, message) {
  try {
    model.send(message);
  } catch {
    speak(root.querySelector(".wb-sentence"), UNHEARD);
  }
}
