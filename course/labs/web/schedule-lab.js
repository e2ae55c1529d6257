// Learning-rate schedules and what they do to gradient descent on mini-batches, whose noise never ends.

const SHARES = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99, 1];
const KNOBS = {
  alpha0: ["α₀", fromTo(1e-3, 2)],
  decay_rate: ["decay rate", [0, ...fromTo(0.01, 20)]],
  base: ["base", SHARES],
  k: ["k", fromTo(0.1, 10)],
  factor: ["factor", SHARES],
  every: ["every … epochs", whole(1, 30)],
  epoch1: ["from epoch", whole(1, 60)],
  alpha1: ["α from there", fromTo(1e-4, 2)],
  epoch2: ["later, from epoch", whole(1, 60)],
  alpha2: ["α from then", fromTo(1e-4, 2)],
};
const RUNS = 20;
const LINES = [...LOOKS, { color: INK, dash: "1 2" }];
const lineOf = (name) => LINES[Object.keys(SCHEDULES).indexOf(name)];

// Trains RUNS times, each with noise of its own; gives the first path and the mean loss of each epoch over all.
function trainBySchedule({ start, condition, noise, epochs, steps_per_epoch: perEpoch }, alphas) {
  const paths = Array.from({ length: RUNS }, (_, run) => {
    const bowl = noisyBowl(condition, noise, normals(run + 1, 2 * epochs * perEpoch));
    let t = 0;
    const update = (w, dw) => moved(w, alphas[Math.floor(t++ / perEpoch)], dw);
    return descend(update, bowl.gradient, start, epochs * perEpoch);
  });
  const { loss } = valley(condition);
  const losses = whole(0, epochs - 1).map((epoch) =>
    mean(paths.map((path) => mean(whole(1, perEpoch).map((t) => loss(path[epoch * perEpoch + t] ?? [Infinity, 0])))))
  );
  return { path: paths[0], losses };
}

lab("schedule-lab", {
  title: "Schedule lab: learning rates that fall, in a noisy bowl",

  start(options) {
    const schedules = Object.entries(SCHEDULES).map(([name, { defaults }]) => ({
      name,
      on: name in options.schedules,
      settings: { alpha0: options.alpha0, ...defaults, ...options.schedules[name] },
    }));
    return { ...options, start: [...options.start], schedules };
  },

  controls: (state, element) => [
    {
      legend: "Noisy bowl",
      controls: [
        property(state, "noise", [0, ...fromTo(0.01, 20)], "noise of the gradient"),
        property(state, "condition", fromTo(1, 100), "condition number κ"),
        property(state, "epochs", whole(5, 60), "epochs"),
        button("Reset", () => element.reset()),
      ],
    },
    {
      legend: "Schedules",
      controls: state.schedules.map((schedule) =>
        toggle(schedule.name, () => schedule.on, (on) => {
          schedule.on = on;
        })
      ),
    },
    ...state.schedules.filter(({ on }) => on).map(({ name, settings }) => ({
      legend: name,
      look: lineOf(name),
      controls: Object.keys(settings).map((key) => property(settings, key, KNOBS[key][1], KNOBS[key][0])),
    })),
  ],

  view(state) {
    const ground = valley(state.condition);
    const [x, y] = ground.window;
    const runs = state.schedules.filter(({ on }) => on).map(({ name, settings }) => {
      const alphas = whole(0, state.epochs - 1).map((epoch) => SCHEDULES[name].alpha(settings, epoch));
      return { name, alphas, ...trainBySchedule(state, alphas) };
    });
    const names = runs.map(({ name }) => name).join(", ");
    const highest = Math.max(...runs.flatMap(({ alphas }) => alphas), 1e-3);
    const losses = runs.flatMap((run) => run.losses).filter(Number.isFinite);
    const high = 10 ** Math.ceil(Math.log10(Math.min(1e4, Math.max(...losses, 1))));
    const low = 10 **
      Math.floor(Math.log10(Math.max(1e-9, Math.min(...losses, state.challenge?.loss ?? high, high / 10))));
    const epochs = { range: [0, state.epochs], label: "epoch" };
    const rates = plot(
      {
        label: `Learning rate by epoch: ${names}.`,
        x: epochs,
        y: { range: [0, 1.05 * highest], label: "learning rate α" },
      },
      (across, up) =>
        runs.map(({ name, alphas }) =>
          line(
            alphas.flatMap((alpha, epoch) => [[across(epoch), up(alpha)], [across(epoch + 1), up(alpha)]]),
            lineOf(name),
          )
        ).join(""),
    );
    const curve = plot({
      label: `Mean loss of each epoch: ${names}.`,
      x: epochs,
      y: { range: [low, high], log: true, label: "mean loss of the epoch" },
    }, (across, up) =>
      (state.challenge ? mark(state.challenge.loss, up) : "") +
      runs.map((run) =>
        line(
          run.losses.map((loss, epoch) => [across(epoch + 0.5), up(Math.min(Math.max(loss, low / 10), high * 10))]),
          lineOf(run.name),
        )
      ).join(""));
    const plane = plot(
      {
        label: `One path for each schedule: ${names}.`,
        x: { range: x, label: "parameter w₁" },
        y: { range: y, label: "parameter w₂" },
      },
      (across, up) =>
        contours(ground, across, up) + runs.map(({ name, path }) =>
          line(path.map((w) => [across(w[0]), up(w[1])]), { ...lineOf(name), width: 1 }) +
          ring([across(path.at(-1)[0]), up(path.at(-1)[1])], lineOf(name))
        ).join("") +
        dots([[across(state.start[0]), up(state.start[1])]], { color: INK, radius: 5 }),
    );
    const last = (run) => run.losses.at(-1);
    return {
      panels: [
        { svg: rates },
        { svg: curve },
        {
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
        },
      ],
      table: {
        caption: `Last of ${state.epochs} epochs, mean of ${RUNS} runs`,
        head: ["schedule", "α", "loss"],
        rows: runs.map((
          run,
        ) => [`${swatch(lineOf(run.name))} ${run.name}`, format(run.alphas.at(-1)), told(last(run))]),
      },
      verdict: state.challenge &&
        judgeSchedules(state.challenge, runs.map((run) => ({ name: run.name, loss: last(run) }))),
      runs,
    };
  },
});

function judgeSchedules({ text, loss, by }, runs) {
  const [best] = runs.filter(({ name }) => by === null || name === by).sort((a, b) => a.loss - b.loss);
  if (!best) return { met: false, text: `${text} Switch ${by ?? "a schedule"} on to try.` };
  const met = best.loss < loss;
  return { met, text: `${text} ${met ? "Met" : "Not yet"}: ${best.name} ends at ${told(best.loss)}.` };
}
