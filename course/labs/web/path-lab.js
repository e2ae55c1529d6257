// Optimizers side by side on one landscape: their paths over the contours, their losses step by step.

const LANDSCAPES = ["bowl", "valley", "saddle", "rosenbrock", "noisy bowl"];
const NAMES = {
  "gradient descent": "gradient descent",
  momentum: "momentum",
  nesterov: "Nesterov",
  rmsprop: "RMSProp",
  adam: "Adam",
};
const COUNTS = [10, 20, 30, 40, 50, 60, 80, 100, 150, 200, 300, 500];
const lookOf = (name) => LOOKS[Object.keys(OPTIMIZERS).indexOf(name)];

function landscapeOf({ landscape, condition, noise, steps }) {
  if (landscape === "valley") return valley(condition);
  if (landscape === "saddle") return saddle;
  if (landscape === "rosenbrock") return rosenbrock;
  return landscape === "bowl" ? valley(1) : noisyBowl(condition, noise, normals(1, 2 * steps));
}

// The loss is a number to come below; `by` and `within` say who must and in how many steps.
function judge({ text, loss, by, within }, runs) {
  const measured = runs.filter(({ name }) => by === null || name === by);
  if (measured.length === 0) return { met: false, text: `${text} Switch ${NAMES[by]} on to try.` };
  const [best] = measured
    .map(({ name, losses }) => ({
      name,
      first: losses.findIndex((value) => value < loss),
      last: losses[Math.min(within, losses.length - 1)],
    }))
    .sort((a, b) => (b.first >= 0) - (a.first >= 0) || a.first - b.first || a.last - b.last);
  const met = best.first >= 0 && best.first <= within;
  if (met) return { met, text: `${text} Met: ${NAMES[best.name]} is there after ${best.first} steps.` };
  if (!Number.isFinite(best.last) || best.last > FAR) {
    return { met, text: `${text} Not yet: ${NAMES[best.name]} diverges.` };
  }
  return { met, text: `${text} Not yet: after ${within} steps ${NAMES[best.name]}'s loss is ${format(best.last)}.` };
}

lab("path-lab", {
  title: "Path lab: optimizers on a landscape",

  start(options) {
    const optimizers = Object.entries(OPTIMIZERS).map(([name, { defaults }]) => ({
      name,
      on: name in options.optimizers,
      settings: { ...defaults, ...options.optimizers[name] },
    }));
    const challenge = options.challenge && { ...options.challenge, within: options.challenge.within ?? options.steps };
    return { ...options, start: [...options.start], optimizers, shown: options.steps, challenge };
  },

  controls(state, element) {
    const forward = () => {
      state.shown = Math.min(state.steps, state.shown + 1);
      if (state.shown === state.steps) element.pause();
    };
    const shape = [choice("landscape", LANDSCAPES, () => state.landscape, (name) => {
      state.landscape = name;
      const [x, y] = landscapeOf(state).window;
      if (!state.start.every((value, i) => value >= [x, y][i][0] && value <= [x, y][i][1])) {
        state.start = [0.9 * x[0], 0.4 * y[1]];
      }
    })];
    if (["valley", "noisy bowl"].includes(state.landscape)) {
      shape.push(property(state, "condition", fromTo(1, 1000), "condition number κ"));
    }
    if (state.landscape === "noisy bowl") {
      shape.push(property(state, "noise", [0, ...fromTo(0.01, 20)], "noise of the gradient"));
    }
    return [
      {
        legend: "Steps",
        controls: [
          button("Play", () => {
            if (element.playing) return element.pause();
            if (state.shown === state.steps) state.shown = 0;
            return element.play(forward);
          }, element.playing ? "Pause" : "Play"),
          button("One step", () => {
            element.pause();
            if (state.shown === state.steps) state.shown = 0;
            forward();
          }),
          button("Reset", () => element.reset()),
          slider("shown", whole(0, state.steps), () => state.shown, (value) => {
            state.shown = value;
          }),
          slider("in all", COUNTS, () => state.steps, (value) => {
            state.shown = state.shown === state.steps ? value : Math.min(state.shown, value);
            state.steps = value;
          }),
        ],
      },
      { legend: "Landscape", controls: shape },
      {
        legend: "Optimizers",
        controls: state.optimizers.map((optimizer) =>
          toggle(NAMES[optimizer.name], () => optimizer.on, (on) => {
            optimizer.on = on;
          })
        ),
      },
      ...state.optimizers.filter(({ on }) => on).map(({ name, settings }) => ({
        legend: NAMES[name],
        look: lookOf(name),
        controls: Object.keys(settings).map((key) => property(settings, key, SETTINGS[key])),
      })),
    ];
  },

  view(state) {
    const ground = landscapeOf(state);
    const [x, y] = ground.window;
    const runs = state.optimizers.filter(({ on }) => on).map(({ name, settings }) => {
      const path = descend(OPTIMIZERS[name].start(settings), ground.gradient, state.start, state.steps);
      return {
        name,
        path,
        losses: path.map(ground.loss),
        diverged: path.length <= state.steps || !(ground.loss(path.at(-1)) < FAR),
      };
    });
    const target = state.challenge?.loss ?? 1e-6;
    const seen = runs.map(({ losses }) => losses.slice(0, state.shown + 1));
    const top = 10 ** Math.ceil(Math.log10(Math.max(1e-9, 3 * ground.loss(state.start))));
    const lowest = Math.min(
      ...runs.flatMap(({ losses }) => losses.filter(Number.isFinite)),
      state.challenge ? target / 2 : top,
      top / 100,
    );
    const floor = 10 ** Math.floor(Math.log10(Math.max(1e-12, lowest)));
    const names = runs.map(({ name }) => NAMES[name]).join(", ");
    const plane = plot({
      label: `Contours of the ${state.landscape} and the paths of ${names}.`,
      x: { range: x, label: "parameter w₁" },
      y: { range: y, label: "parameter w₂" },
    }, (across, up) =>
      contours(ground, across, up) +
      runs.map(({ name, path }) => trail(path.slice(0, state.shown + 1), lookOf(name), across, up)).join("") +
      dots([[across(state.start[0]), up(state.start[1])]], { color: INK, radius: 5 }));
    const curve = plot({
      label: `Loss by step for ${names}.`,
      x: { range: [0, state.steps], label: "step" },
      y: { range: [floor, top], log: true, label: "loss" },
    }, (across, up) =>
      mark(target, up) +
      seen.map((losses, i) =>
        line(
          losses.map((value, t) => [across(t), up(Math.min(Math.max(value, floor / 10), top * 1e3))]),
          lookOf(runs[i].name),
        )
      ).join(""));
    const rows = runs.map(({ name, losses, path, diverged }, i) => {
      const at = Math.min(state.shown, losses.length - 1);
      const first = losses.findIndex((value) => value < target);
      const gone = diverged && at === losses.length - 1;
      return [
        `${swatch(lookOf(name))} ${NAMES[name]}`,
        gone ? `diverged at step ${losses.length - 1}` : format(seen[i][at]),
        gone ? "" : `(${path[at].map(format).join(", ")})`,
        first < 0 ? "not reached" : `step ${first}`,
      ];
    });
    return {
      panels: [{
        svg: plane,
        handle: {
          label: "start of all paths",
          x,
          y,
          point: state.start,
          set: (point) => {
            state.start = point;
          },
        },
      }, { svg: curve }],
      table: {
        caption: `After ${state.shown} of ${state.steps} steps`,
        head: ["optimizer", "loss", "(w₁, w₂)", `below ${format(target)}`],
        rows,
      },
      verdict: state.challenge && judge(state.challenge, runs),
      runs,
    };
  },
});
