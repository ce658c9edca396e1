"""One widget in a page of its own: its JavaScript and its stylesheet, a model made of traits, and no Jupyter at all.

What a page writes reaches the Python widget as a message of JupyterLab would, and every trait that Python sets reaches the page
in one update. The tests of whole lessons in JupyterLab are in tests/browser.
"""

import json
from contextlib import contextmanager

PATIENCE = 60_000  # milliseconds for what takes a few of them on a quiet machine
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>One widget</title><style>%s</style>
<body data-jp-theme-light="%s" style="margin:0;padding:16px;%s"><div id="here"></div><script type="module">
const source = new Blob([%s], { type: "text/javascript" });
const { default: widget } = await import(URL.createObjectURL(source));
const values = %s, listeners = {}, edited = {};
const model = {
  get: (name) => values[name],
  set: (name, value) => { values[name] = value; edited[name] = value; },
  save_changes: () => { const sent = { ...edited }; for (const name in edited) delete edited[name]; toPython("set", sent); },
  send: (message) => toPython("send", message),
  on: (event, call) => (listeners[event] ??= []).push(call),
  off: (event, call) => { listeners[event] = (listeners[event] ?? []).filter((other) => other !== call); },
};
let onTheWay = 0;
const toPython = async (kind, content) => {
  onTheWay += 1;
  try { window.fromPython(await window.fromPage(kind, content)); } finally { onTheWay -= 1; }
};
const frame = () => new Promise(requestAnimationFrame);
window.settled = async () => { do { await frame(); await frame(); } while (onTheWay); };
window.fromPython = (news) => {
  Object.assign(values, news);
  for (const name of Object.keys(news)) for (const call of listeners[`change:${name}`] ?? []) call();
};
window.model = model;
widget.initialize?.({ model });
widget.render({ model, el: document.getElementById("here") });
window.ready = true;
</script></body></html>"""
LIGHT, DARK = "background:#fff;color:#111", "background:#111;color:#eee"


@contextmanager
def browser(executable):
    """A Chromium for several pages."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(executable), args=FLAGS)
        try:
            yield opened
        finally:
            opened.close()


@contextmanager
def shown(opened, widget, dark=False, width=1120, height=900, **context):
    """A page that shows `widget` and is connected to it; every request that leaves the page is refused and listed in `.refused`."""
    context = opened.new_context(viewport={"width": width, "height": height}, **context)
    page = context.new_page()
    page.refused, page.problems, page.sent = [], [], []
    page.on("pageerror", lambda problem: page.problems.append(str(problem)))
    page.route("**/*", lambda route: route.continue_() if route.request.url.startswith(("blob:", "data:", "about:")) else (
        page.refused.append(route.request.url), route.abort()))
    names = [name for name in widget.traits(sync=True) if not name.startswith("_")]
    news = {}

    def note(change):
        news[change["name"]] = change["new"]

    def from_page(kind, content):
        try:
            if kind == "send":
                widget._handle_custom_msg(content, [])
            else:
                for name, value in content.items():
                    setattr(widget, name, value)
                for name in content:
                    news.pop(name, None)
        except Exception as problem:
            page.problems.append(repr(problem))
            raise
        sent = {name: getattr(widget, name) for name in list(news)}
        page.sent.append(sent)
        news.clear()
        return sent

    widget.observe(note, names)
    page.expose_function("fromPage", from_page)
    values = {name: getattr(widget, name) for name in names if _plain(getattr(widget, name))}
    style = widget._css if isinstance(widget._css, str) else str(widget._css)
    script = widget._esm if isinstance(widget._esm, str) else str(widget._esm)
    page.set_content(PAGE % (style, "false" if dark else "true", DARK if dark else LIGHT, _quoted(script), _quoted(values)))
    page.wait_for_function("window.ready === true", timeout=PATIENCE)
    try:
        yield page
    finally:
        widget.unobserve(note, names)
        context.close()


def press(page, widget, *keys):
    """Press keys, one after the other, and wait each time until the page shows the answer."""
    for key in keys:
        before = widget.seq
        page.keyboard.press(key)
        page.wait_for_function("seq => Number(document.querySelector('.wb').dataset.seq) > seq", arg=before, timeout=PATIENCE)


def click(page, widget, selector):
    """Click, and wait until the page shows the answer."""
    before = widget.seq
    page.click(selector)
    page.wait_for_function("seq => Number(document.querySelector('.wb').dataset.seq) > seq", arg=before, timeout=PATIENCE)


def settle(page):
    """Wait until every message of the page is answered and the answer is drawn."""
    page.evaluate("window.settled()")


def _quoted(value):
    return json.dumps(value).replace("</", "<\\/")


def _plain(value):
    try:
        json.dumps(value)
    except TypeError:
        return False
    return True
