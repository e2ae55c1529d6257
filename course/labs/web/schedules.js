// The schedules, as in their chapter: epochs count from 0, the root's argument from 1.

const SCHEDULES = {
  constant: { defaults: {}, alpha: ({ alpha0 }) => alpha0 },
  "inverse time": {
    defaults: { decay_rate: 1 },
    alpha: ({ alpha0, decay_rate }, epoch) => alpha0 / (1 + decay_rate * epoch),
  },
  exponential: { defaults: { base: 0.9 }, alpha: ({ alpha0, base }, epoch) => alpha0 * base ** epoch },
  "square root": { defaults: { k: 1 }, alpha: ({ alpha0, k }, epoch) => (alpha0 * k) / Math.sqrt(epoch + 1) },
  staircase: {
    defaults: { factor: 0.5, every: 10 },
    alpha: ({ alpha0, factor, every }, epoch) => alpha0 * factor ** Math.floor(epoch / every),
  },
  "by hand": {
    defaults: { epoch1: 10, alpha1: 0.05, epoch2: 20, alpha2: 0.01 },
    alpha: ({ alpha0, epoch1, alpha1, epoch2, alpha2 }, epoch) => {
      const reached = [[0, alpha0], [epoch1, alpha1], [epoch2, alpha2]].filter(([from]) => from <= epoch);
      return reached.reduce((latest, milestone) => (milestone[0] >= latest[0] ? milestone : latest))[1];
    },
  },
};
