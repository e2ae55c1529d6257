// What all labs share. A lab is three functions of its state:
//   start(options)   the state that the chapter speaks about
//   controls(state)  groups of sliders, switches, choices and buttons that change the state
//   view(state)      {panels: [{svg, handle}], table: {head, rows}, verdict, ...}
// The element keeps the state, draws the view, and listens.

const LABS = {};

function lab(name, parts) {
  LABS[name] = parts;
  if (typeof customElements !== "undefined" && !customElements.get(name)) {
    customElements.define(
      name,
      class extends LabElement {
        parts = parts;
      },
    );
  }
}

// Two digits are enough to set a learning rate; the steps are even on a log scale, or nearly.
const DIGITS = [
  1,
  1.1,
  1.2,
  1.3,
  1.4,
  1.5,
  1.6,
  1.8,
  2,
  2.2,
  2.4,
  2.6,
  2.8,
  3,
  3.3,
  3.6,
  4,
  4.5,
  5,
  5.5,
  6,
  6.5,
  7,
  7.5,
  8,
  9,
];
const fromTo = (low, high) => {
  const decades = Array.from({ length: 16 }, (_, i) => i - 9);
  const values = decades.flatMap((power) => DIGITS.map((digit) => Number((digit * 10 ** power).toPrecision(2))));
  return values.filter((value) => value >= low && value <= high);
};
const AVERAGING = [
  0,
  0.1,
  0.2,
  0.3,
  0.4,
  0.5,
  0.6,
  0.7,
  0.75,
  0.8,
  0.85,
  0.88,
  0.9,
  0.92,
  0.94,
  0.95,
  0.96,
  0.97,
  0.98,
  0.985,
  0.99,
  0.995,
  0.998,
  0.999,
];
const GREEK = { alpha: "learning rate α", beta: "β", beta1: "β₁", beta2: "β₂", epsilon: "ε" };
const SETTINGS = {
  alpha: fromTo(1e-4, 20),
  beta: AVERAGING,
  beta1: AVERAGING,
  beta2: AVERAGING,
  epsilon: [1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1],
};
const whole = (low, high) => Array.from({ length: high - low + 1 }, (_, i) => low + i);

const slider = (label, values, get, set) => ({ kind: "slider", label, values, get, set });
const toggle = (label, get, set) => ({ kind: "toggle", label, get, set });
const choice = (label, options, get, set) => ({ kind: "choice", label, options, get, set });
const button = (label, press, text = label) => ({ kind: "button", label, press, text });
const property = (object, key, values, label = GREEK[key]) =>
  slider(label, values, () => object[key], (value) => {
    object[key] = value;
  });

// The picture of the page before a script runs, and on paper.
function still(name, options) {
  const { panels, table } = LABS[name].view(LABS[name].start(options));
  return panels.map(({ svg }) => tag("div", { class: "lab-panel" }, svg)).join("") +
    tag("div", { class: "lab-table" }, tableMarkup(table));
}

function tableMarkup({ caption, head, rows }) {
  const titles = head.map((title) => tag("th", { scope: "col" }, title));
  const body = rows.map(([name, ...values]) =>
    tag("tr", {}, tag("th", { scope: "row" }, name), ...values.map((value) => tag("td", {}, value)))
  );
  return tag(
    "table",
    {},
    tag("caption", {}, caption),
    tag("thead", {}, tag("tr", {}, ...titles)),
    tag("tbody", {}, ...body),
  );
}

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

class LabElement extends (globalThis.HTMLElement ?? Object) {
  connectedCallback() {
    // While a page is read, the element is there before the picture inside it.
    if (document.readyState === "loading") {
      document.addEventListener("DOMContentLoaded", () => this.begin(), { once: true });
    } else if (!this.state) this.begin();
  }

  begin() {
    useStyle();
    this.options = JSON.parse(this.dataset.options);
    this.setAttribute("role", "group");
    this.setAttribute("aria-label", this.parts.title);
    this.display = element("div", { class: "lab-display" });
    this.verdict = element("p", { class: "lab-verdict", role: "status" });
    this.panel = element("div", { class: "lab-controls" });
    this.replaceChildren(this.display, this.verdict, this.panel);
    this.reset();
  }

  disconnectedCallback() {
    this.pause();
  }

  reset() {
    this.pause();
    this.state = this.parts.start(this.options);
    this.display.replaceChildren();
    this.change(() => {});
  }

  // Every change goes through here. Controls are made anew where others are needed, and keep the focus.
  change(how) {
    how();
    const groups = this.parts.controls(this.state, this);
    const shape = JSON.stringify(
      groups.map(({ legend, controls }) => [legend, controls.map(({ kind, label }) => [kind, label])]),
    );
    if (shape !== this.shape) {
      const focused = this.inputs?.findIndex(({ input }) => input === document.activeElement) ?? -1;
      const label = this.inputs?.[focused]?.control.label;
      this.shape = shape;
      this.inputs = [];
      this.panel.replaceChildren(...groups.map((group) => this.group(group)));
      if (focused >= 0) {
        (this.inputs[focused]?.control.label === label
          ? this.inputs[focused]
          : this.inputs.find(({ control }) => control.label === label))?.input.focus();
      }
    }
    const controls = groups.flatMap((group) => group.controls);
    this.inputs.forEach((made, i) => made.show(controls[i]));
    this.draw();
  }

  group({ legend, look, controls }) {
    const title = element("legend", {}, legend);
    if (look) title.insertAdjacentHTML("afterbegin", swatch(look));
    return element("fieldset", {}, title, ...controls.map((control) => this.control(control)));
  }

  control(control) {
    const made = { control };
    const changed = (set) => () => this.change(() => set(made));
    let labelled;
    if (control.kind === "slider") {
      const value = element("span", { class: "lab-value", "aria-hidden": "true" });
      made.input = element("input", {
        type: "range",
        min: 0,
        step: 1,
        oninput: changed(() => made.control.set(made.values[made.input.value])),
      });
      made.show = (current) => {
        made.control = current;
        made.values = withValue(current.values, current.get());
        made.input.max = made.values.length - 1;
        made.input.value = made.values.indexOf(current.get());
        value.textContent = format(current.get());
        made.input.setAttribute("aria-valuetext", format(current.get()));
      };
      labelled = element("label", {}, element("span", {}, control.label), value, made.input);
    } else if (control.kind === "toggle") {
      made.input = element("input", {
        type: "checkbox",
        onchange: changed(() => made.control.set(made.input.checked)),
      });
      made.show = (current) => {
        made.control = current;
        made.input.checked = current.get();
      };
      labelled = element("label", { class: "lab-toggle" }, made.input, control.label);
    } else if (control.kind === "choice") {
      made.input = element(
        "select",
        { onchange: changed(() => made.control.set(made.input.value)) },
        ...control.options.map((option) => element("option", {}, option)),
      );
      made.show = (current) => {
        made.control = current;
        made.input.value = current.get();
      };
      labelled = element("label", {}, element("span", {}, control.label), made.input);
    } else {
      made.input = element("button", { type: "button", onclick: changed(() => made.control.press()) });
      made.show = (current) => {
        made.control = current;
        made.input.textContent = current.text;
      };
      labelled = made.input;
    }
    this.inputs.push(made);
    return labelled;
  }

  draw() {
    this.view = this.parts.view(this.state);
    const { panels, table, verdict } = this.view;
    if (this.display.children.length === 0) {
      this.display.append(
        ...panels.map(() => element("div", { class: "lab-panel" }, element("div", { class: "lab-picture" }))),
        element("div", { class: "lab-table" }),
      );
    }
    panels.forEach(({ svg, handle }, i) => {
      this.display.children[i].firstChild.innerHTML = svg;
      if (handle) this.handle(this.display.children[i], handle);
    });
    this.display.lastChild.innerHTML = tableMarkup(table);
    if (verdict && this.verdict.textContent !== verdict.text) this.verdict.textContent = verdict.text;
    this.verdict.classList.toggle("met", Boolean(verdict?.met));
    this.verdict.hidden = !verdict;
  }

  // A point on a panel that is dragged, or moved by the arrow keys.
  handle(panel, { label, x, y, point, set }) {
    let knob = panel.querySelector(".lab-handle");
    if (!knob) {
      knob = element("div", {
        class: "lab-handle",
        role: "slider",
        tabindex: 0,
        "aria-label": label,
        "aria-roledescription": "point on the plane",
      });
      knob.addEventListener("pointerdown", (event) => {
        knob.setPointerCapture(event.pointerId);
        knob.focus();
        event.preventDefault();
      });
      knob.addEventListener("pointermove", (event) => {
        if (knob.hasPointerCapture(event.pointerId)) this.change(() => knob.move(this.placeOf(event, panel)));
      });
      knob.addEventListener("keydown", (event) => {
        const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
        if (!step) return;
        event.preventDefault();
        this.change(() => knob.nudge(step, event.shiftKey ? 0.1 : 1));
      });
      panel.append(knob);
    }
    const inside = ([low, high], value) => Math.min(high, Math.max(low, Number(value.toPrecision(3))));
    knob.move = ([across, up]) => set([inside(x, x[0] + across * (x[1] - x[0])), inside(y, y[0] + up * (y[1] - y[0]))]);
    knob.nudge = ([across, up], part) =>
      set([
        inside(x, point[0] + (across * part * (x[1] - x[0])) / 100),
        inside(y, point[1] + (up * part * (y[1] - y[0])) / 100),
      ]);
    knob.style.left = `${(100 * (FRAME.left + scale({ range: x }, 0, INNER.width)(point[0]))) / WIDTH}%`;
    knob.style.top = `${(100 * (FRAME.top + scale({ range: y }, INNER.height, 0)(point[1]))) / HEIGHT}%`;
    for (
      const [key, value] of Object.entries({
        valuemin: x[0],
        valuemax: x[1],
        valuenow: point[0],
        valuetext: `w1 ${format(point[0])}, w2 ${format(point[1])}`,
      })
    ) knob.setAttribute(`aria-${key}`, value);
  }

  // Where on the frame a pointer is, each direction from 0 to 1.
  placeOf(event, panel) {
    const box = panel.getBoundingClientRect();
    const across = ((event.clientX - box.left) / box.width) * WIDTH - FRAME.left;
    const down = ((event.clientY - box.top) / box.height) * HEIGHT - FRAME.top;
    return [across / INNER.width, 1 - down / INNER.height];
  }

  play(tick) {
    this.timer = setInterval(() => this.change(tick), 80);
  }

  pause() {
    clearInterval(this.timer);
    this.timer = null;
  }

  get playing() {
    return this.timer != null;
  }
}

const mean = (values) => values.reduce((sum, x) => sum + x, 0) / values.length;

// The line that a challenge asks to come below.
const mark = (loss, up) => line([[0, up(loss)], [INNER.width, up(loss)]], { color: INK, dash: "1 3", width: 1 });

const told = (loss) => (loss < FAR ? format(loss) : "diverged");

// A chapter may set a value that the slider's own steps leave out.
function withValue(values, value) {
  return values.includes(value) ? values : [...values, value].sort((a, b) => a - b);
}

function useStyle() {
  if (document.getElementById("lab-style")) return;
  document.head.append(element("style", { id: "lab-style" }, STYLE));
}
