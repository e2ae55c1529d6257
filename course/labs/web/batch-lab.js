// The batch size, from one example to the whole set: a line fitted to 256 generated examples by gradient descent.

const TRUE_W = [2, -1];
const START = [-2.5, 2.5];

// Two inputs, the second half as spread out as the first; the target has noise that no w can explain.
function examples(m) {
  const random = normals(7, 3 * m);
  return Array.from({ length: m }, (_, i) => {
    const x = [random[3 * i], 0.5 * random[3 * i + 1]];
    return { x, y: TRUE_W[0] * x[0] + TRUE_W[1] * x[1] + 0.5 * random[3 * i + 2] };
  });
}

const error = (w, { x, y }) => w[0] * x[0] + w[1] * x[1] - y;
const cost = (w, batch) => batch.reduce((sum, example) => sum + error(w, example) ** 2, 0) / (2 * batch.length);
const gradientOn = (batch, w) =>
  [0, 1].map((k) => batch.reduce((sum, example) => sum + error(w, example) * example.x[k], 0) / batch.length);

// The lowest point and the curvature there: the cost is exactly quadratic, so its contours are known.
function bottom(data) {
  const sum = (f) => data.reduce((total, example) => total + f(example), 0) / data.length;
  const [a, b, c] = [sum(({ x }) => x[0] ** 2), sum(({ x }) => x[0] * x[1]), sum(({ x }) => x[1] ** 2)];
  const [p, q] = [sum(({ x, y }) => x[0] * y), sum(({ x, y }) => x[1] * y)];
  const determinant = a * c - b * b;
  return { w: [(c * p - b * q) / determinant, (a * q - b * p) / determinant], a, b, c };
}

function ellipse({ w, a, b, c }, level) {
  const [l11, l21] = [Math.sqrt(a), b / Math.sqrt(a)];
  const l22 = Math.sqrt(c - l21 ** 2);
  return CIRCLE.map((angle) => {
    const [p, q] = [Math.sqrt(2 * level) * Math.cos(angle), Math.sqrt(2 * level) * Math.sin(angle)];
    return [w[0] + (p - (l21 * q) / l22) / l11, w[1] + q / l22];
  });
}

// Shuffles in each epoch, and gives the points with the cost above its lowest after every update.
function trainOnBatches(data, lowest, { batch_size: size, alpha, epochs, seed }) {
  const uniform = uniforms(seed);
  const points = [START];
  for (let epoch = 0; epoch < epochs; epoch += 1) {
    const order = shuffled(data.length, uniform);
    for (let from = 0; from < order.length; from += size) {
      const batch = order.slice(from, from + size).map((i) => data[i]);
      points.push(moved(points.at(-1), alpha, gradientOn(batch, points.at(-1))));
    }
  }
  return { points, excess: points.map((w) => cost(w, data) - lowest), updates: Math.ceil(data.length / size) };
}

lab("batch-lab", {
  title: "Batch lab: from one example to the whole set",

  start: (options) => ({ ...options, seed: 1 }),

  controls: (state, element) => [
    {
      legend: "Mini-batches",
      controls: [
        property(state, "batch_size", [1, 2, 4, 8, 16, 32, 64, 128, state.m], "batch size"),
        property(state, "epochs", whole(1, 20), "epochs"),
      ],
    },
    {
      legend: "Steps",
      controls: [
        property(state, "alpha", fromTo(1e-3, 3)),
        button("Shuffle anew", () => {
          state.seed += 1;
        }),
        button("Reset", () => element.reset()),
      ],
    },
  ],

  view(state) {
    const data = examples(state.m);
    const bowl = bottom(data);
    const lowest = cost(bowl.w, data);
    const sizes = [{ size: state.batch_size, look: LOOKS[0] }, { size: state.m, look: LOOKS[1] }].filter((
      { size },
      i,
    ) => i === 0 || size !== state.batch_size);
    const runs = sizes.map(({ size, look }) => ({
      size,
      look,
      ...trainOnBatches(data, lowest, { ...state, batch_size: size }),
    }));
    const name = (size) => (size === state.m ? `whole set, ${size}` : size === 1 ? "1 (stochastic)" : String(size));
    const [x, y] = [[-3.5, 4.5], [-4, 4]];
    const ground = { levels: spacedBySquares(24), contour: (level) => [ellipse(bowl, level)] };
    const plane = plot(
      {
        label: `Contours of the cost and the path with mini-batches of ${state.batch_size}.`,
        x: { range: x, label: "parameter w₁" },
        y: { range: y, label: "parameter w₂" },
      },
      (across, up) =>
        contours(ground, across, up) + runs.map(({ points, look }) =>
          trail(points, look, across, up)
        ).reverse().join("") + dots([[across(START[0]), up(START[1])]], { color: INK, radius: 5 }),
    );
    const curve = plot({
      label: "Cost above its lowest value, by passes over the examples.",
      x: { range: [0, state.epochs], label: "passes over the examples (epochs)" },
      y: { range: [1e-6, 100], log: true, label: "cost above its lowest" },
    }, (across, up) =>
      (state.challenge ? mark(state.challenge.loss, up) : "") +
      runs.map(({ excess, updates, look }) =>
        line(excess.map((value, t) => [across(t / updates), up(Math.min(Math.max(value, 1e-8), 1e4))]), look)
      ).reverse().join(""));
    return {
      panels: [{ svg: plane }, { svg: curve }],
      table: {
        caption: `After ${state.epochs} ${state.epochs === 1 ? "epoch" : "epochs"} of ${state.m} examples`,
        head: ["batch size", "updates", "cost above its lowest"],
        rows: runs.map((
          { size, look, updates, excess },
        ) => [`${swatch(look)} ${name(size)}`, updates * state.epochs, told(excess.at(-1))]),
      },
      verdict: state.challenge && judgeBatches(state.challenge, runs[0], state),
      runs,
      data,
    };
  },
});

function judgeBatches({ text, loss, within }, { excess, updates }, state) {
  const passes = Math.min(within ?? state.epochs, state.epochs);
  const reached = excess[passes * updates];
  const met = reached < loss;
  return {
    met,
    text: `${text} ${met ? "Met" : "Not yet"}: after ${passes} ${passes === 1 ? "epoch" : "epochs"} it is ${
      told(reached)
    }.`,
  };
}
