// Plots as SVG text: the same functions draw in the browser and, when the page is built, the picture for print.

const WIDTH = 360;
const HEIGHT = 290;
const FRAME = { left: 60, right: 12, top: 12, bottom: 44 };
const INNER = { width: WIDTH - FRAME.left - FRAME.right, height: HEIGHT - FRAME.top - FRAME.bottom };

// Okabe & Ito (2008); color and dash change together. In the dark, labs.css puts lighter colors in their place.
const LOOKS = [
  { color: "var(--lab-1, #0072B2)", dash: "none" },
  { color: "var(--lab-2, #D55E00)", dash: "7 3" },
  { color: "var(--lab-3, #009E73)", dash: "8 3 2 3" },
  { color: "var(--lab-4, #AA4499)", dash: "2 3" },
  { color: "var(--lab-5, #B07D00)", dash: "10 3 2 3 2 3" },
];
const INK = "var(--lab-ink, #333333)";
const FAINT = "var(--lab-faint, #76767680)";

const round = (x) => Math.round(x * 10) / 10;

function tag(name, attributes, ...children) {
  const written = Object.entries(attributes).map(([key, value]) =>
    ` ${key}="${String(value).replaceAll('"', "&quot;")}"`
  );
  return `<${name}${written.join("")}>${children.join("")}</${name}>`;
}

// At most three digits: 0.00123, 12.3, 4.5e−7.
function format(x) {
  const plain = x === 0 || (Math.abs(x) >= 1e-3 && Math.abs(x) < 1e5);
  const written = plain ? String(Number(x.toPrecision(3))) : x.toExponential(1).replace(".0e", "e").replace("+", "");
  return written.replaceAll("-", "−");
}

function scale({ range: [low, high], log }, from, to) {
  const place = log ? Math.log10 : (x) => x;
  return (x) => from + ((place(x) - place(low)) / (place(high) - place(low))) * (to - from);
}

function ticks({ range: [low, high], log }) {
  if (log) {
    const decades = Math.round(Math.log10(high / low));
    const every = Math.max(1, Math.ceil(decades / 6));
    return Array.from({ length: Math.floor(decades / every) + 1 }, (_, i) => low * 10 ** (i * every));
  }
  const rough = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((nice) => nice * power >= rough);
  const first = Math.ceil(low / step - 1e-9);
  return Array.from(
    { length: Math.floor(high / step + 1e-9) - first + 1 },
    (_, i) => Number(((first + i) * step).toPrecision(12)),
  );
}

// A decade as 10 with a raised exponent, other numbers as they are.
function tickText(x, log) {
  if (!log) return String(x).replace("-", "−");
  const exponent = Math.round(Math.log10(x));
  return `10<tspan dy="-5" font-size="9">${String(exponent).replace("-", "−")}</tspan>`;
}

// One frame: axes {range, label, log}, and what `marks` draws in it, given the two scales.
function plot({ label, x, y }, marks) {
  const across = scale(x, 0, INNER.width);
  const up = scale(y, INNER.height, 0);
  const text = (attributes, content) => tag("text", { fill: INK, "font-size": 12, ...attributes }, content);
  const grid = (attributes) => tag("line", { style: `stroke:${FAINT}`, "stroke-width": 0.5, ...attributes });
  const xTicks = ticks(x).map(
    (value) =>
      grid({ x1: round(across(value)), x2: round(across(value)), y1: 0, y2: INNER.height }) +
      text({ x: round(across(value)), y: INNER.height + 16, "text-anchor": "middle" }, tickText(value, x.log)),
  );
  const yTicks = ticks(y).map(
    (value) =>
      grid({ x1: 0, x2: INNER.width, y1: round(up(value)), y2: round(up(value)) }) +
      text({ x: -6, y: round(up(value)) + 4, "text-anchor": "end" }, tickText(value, y.log)),
  );
  const names = text({ x: INNER.width / 2, y: INNER.height + 36, "text-anchor": "middle" }, x.label) +
    text({ transform: `translate(-47 ${INNER.height / 2}) rotate(-90)`, "text-anchor": "middle" }, y.label);
  const clip = { x: 0, y: 0, width: INNER.width, height: INNER.height };
  return tag(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label, "font-family": "sans-serif" },
    tag(
      "g",
      { transform: `translate(${FRAME.left} ${FRAME.top})` },
      ...xTicks,
      ...yTicks,
      names,
      tag("svg", clip, marks(across, up)),
    ),
  );
}

// Lines and dots take points in the plot's own units, already scaled: [[x, y], ...].
function line(points, { color, dash, width = 1.8 }) {
  if (points.length === 0) return "";
  const d = `M${points.map(([x, y]) => `${round(x)} ${round(y)}`).join("L")}`;
  return tag("path", {
    d,
    fill: "none",
    style: `stroke:${color}`,
    "stroke-width": width,
    "stroke-dasharray": dash ?? "none",
  });
}

// Lines of no length with round ends: one short path for many dots.
function dots(points, { color, radius = 2 }) {
  if (points.length === 0) return "";
  const d = points.map(([x, y]) => `M${round(x)} ${round(y)}h0`).join("");
  return tag("path", { d, style: `stroke:${color}`, "stroke-width": 2 * radius, "stroke-linecap": "round" });
}

function ring([x, y], { color }) {
  return tag("circle", {
    cx: round(x),
    cy: round(y),
    r: 4,
    style: `fill:var(--lab-paper, #ffffff);stroke:${color}`,
    "stroke-width": 1.8,
  });
}

function contours({ levels, contour }, across, up) {
  const lines = levels.flatMap((level) => contour(level));
  return lines.map((points) => line(points.map(([x, y]) => [across(x), up(y)]), { color: FAINT, width: 0.8 })).join(
    "",
  );
}

// A filled start, the way in small dots, an open end.
function trail(path, look, across, up) {
  const points = path.map(([x, y]) => [across(x), up(y)]);
  const way = points.length <= 200 ? dots(points.slice(1, -1), { ...look, radius: 1.6 }) : "";
  return line(points, { ...look, width: 1.4 }) + way + ring(points.at(-1), look);
}

const swatch = (look) =>
  tag(
    "svg",
    { viewBox: "0 0 30 8", width: 30, height: 8, "aria-hidden": "true" },
    line([[0, 4], [30, 4]], { ...look, width: 2.5 }),
  );
