// The update rules, each as in its chapter: settings in, a function of parameters and gradient out, memory inside.

const average = (old, values, beta) => values.map((value, i) => beta * old[i] + (1 - beta) * value);
const moved = (w, alpha, direction) => w.map((x, i) => x - alpha * direction[i]);
const squared = (dw) => dw.map((x) => x * x);
const zeros = (w) => w.map(() => 0);

const OPTIMIZERS = {
  "gradient descent": {
    defaults: { alpha: 0.05 },
    start: ({ alpha }) => (w, dw) => moved(w, alpha, dw),
  },
  momentum: {
    defaults: { alpha: 0.4, beta: 0.9 },
    start: ({ alpha, beta }) => {
      let v = null;
      return (w, dw) => {
        v = average(v ?? zeros(w), dw, beta);
        return moved(w, alpha, v);
      };
    },
  },
  nesterov: {
    defaults: { alpha: 0.4, beta: 0.9 },
    start: ({ alpha, beta }) => {
      let v = null;
      return (w, dw) => {
        v = average(v ?? zeros(w), dw, beta);
        return moved(w, alpha, average(v, dw, beta));
      };
    },
  },
  rmsprop: {
    defaults: { alpha: 0.1, beta2: 0.9, epsilon: 1e-8 },
    start: ({ alpha, beta2, epsilon }) => {
      let s = null;
      return (w, dw) => {
        s = average(s ?? zeros(w), squared(dw), beta2);
        return moved(w, alpha, dw.map((x, i) => x / (Math.sqrt(s[i]) + epsilon)));
      };
    },
  },
  adam: {
    defaults: { alpha: 0.5, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
    start: ({ alpha, beta1, beta2, epsilon }) => {
      let v = null;
      let s = null;
      let t = 0;
      return (w, dw) => {
        t += 1;
        v = average(v ?? zeros(w), dw, beta1);
        s = average(s ?? zeros(w), squared(dw), beta2);
        const correctedV = v.map((x) => x / (1 - beta1 ** t));
        const correctedS = s.map((x) => x / (1 - beta2 ** t));
        return moved(w, alpha, correctedV.map((x, i) => x / (Math.sqrt(correctedS[i]) + epsilon)));
      };
    },
  },
};

const FAR = 1e6;

// Gives the points visited. A path that leaves for infinity ends where it is too far away to come back.
function descend(update, gradient, start, steps) {
  const path = [start];
  for (let t = 1; t <= steps; t += 1) {
    const w = update(path[t - 1], gradient(path[t - 1], t));
    path.push(w);
    if (!w.every((x) => Math.abs(x) < FAR)) break;
  }
  return path;
}
