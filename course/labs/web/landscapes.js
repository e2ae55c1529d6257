// Losses over two parameters, lowest at 0, as in course/landscapes.py. contour(c) gives the lines of loss c; each loss
// here is a sum of two squares, so its lines have a formula.

const CIRCLE = Array.from({ length: 65 }, (_, i) => (2 * Math.PI * i) / 64);
const spacedBySquares = (highest, count = 10) =>
  Array.from({ length: count }, (_, i) => highest * ((i + 1) / count) ** 2);

function valley(condition) {
  return {
    window: [[-10, 10], [-5, 5]],
    levels: spacedBySquares((100 + 25 * condition) / 2),
    loss: ([x, y]) => (x * x + condition * y * y) / 2,
    gradient: ([x, y]) => [x, condition * y],
    contour: (
      c,
    ) => [
      CIRCLE.map((angle) => [Math.sqrt(2 * c) * Math.cos(angle), Math.sqrt((2 * c) / condition) * Math.sin(angle)]),
    ],
  };
}

const saddle = {
  window: [[-2, 2], [-2, 2]],
  levels: [0.01, 0.05, 0.12, 0.25, 0.5, 1, 1.75, 2.75, 4],
  loss: ([x, y]) => x ** 2 / 2 + (y ** 2 - 1) ** 2 / 4,
  gradient: ([x, y]) => [x, y ** 3 - y],
  contour(c) {
    // Below the height of the pass the line is two ovals; above it the ovals open into each other.
    const reach = Math.asin(Math.min(1, 1 / (2 * Math.sqrt(c))));
    const upper = Array.from({ length: 65 }, (_, i) => {
      const angle = -reach + ((Math.PI + 2 * reach) * i) / 64;
      return [Math.sqrt(2 * c) * Math.cos(angle), Math.sqrt(Math.max(0, 1 + 2 * Math.sqrt(c) * Math.sin(angle)))];
    });
    return [upper, upper.map(([x, y]) => [x, -y])];
  },
};

const rosenbrock = {
  window: [[-2, 2], [-1, 3]],
  levels: [0.1, 0.5, 2, 6, 20, 60, 180, 500, 1200, 2500],
  loss: ([x, y]) => (1 - x) ** 2 + 100 * (y - x ** 2) ** 2,
  gradient: ([x, y]) => [-2 * (1 - x) - 400 * x * (y - x ** 2), 200 * (y - x ** 2)],
  contour(c) {
    const [left, right] = [Math.max(-2, 1 - Math.sqrt(c)), Math.min(2, 1 + Math.sqrt(c))];
    const xs = Array.from({ length: 65 }, (_, i) => left + ((right - left) * (1 - Math.cos((Math.PI * i) / 64))) / 2);
    return [1, -1].map((side) => xs.map((x) => [x, x * x + side * Math.sqrt(Math.max(0, c - (1 - x) ** 2) / 100)]));
  },
};

// Mini-batches see a gradient with noise on top. All optimizers meet the same noise.
function noisyBowl(condition, noise, draws) {
  const bowl = valley(condition);
  return {
    ...bowl,
    gradient: (w, t) => bowl.gradient(w).map((x, i) => x + noise * draws[2 * (t - 1) + i]),
  };
}
