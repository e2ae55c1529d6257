// One year of temperatures and the average that follows them; where its weights lie, seen from any day.

const NEAR_ONE = [
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
  0.91,
  0.92,
  0.93,
  0.94,
  0.95,
  0.96,
  0.97,
  0.98,
  0.985,
  0.99,
  0.995,
];

function averages(celsius, beta, correct) {
  let v = 0;
  return celsius.map((today, i) => {
    v = beta * v + (1 - beta) * today;
    return correct ? v / (1 - beta ** (i + 1)) : v;
  });
}

lab("average-lab", {
  title: "Average lab: one number that remembers",

  start: (options) => ({ ...options }),

  controls: (state, element) => [
    {
      legend: "Average",
      controls: [
        property(state, "beta", NEAR_ONE),
        toggle("bias correction", () => state.correct, (on) => {
          state.correct = on;
        }),
        property(state, "day", whole(1, state.celsius.length), "seen from day"),
        button("Reset", () => element.reset()),
      ],
    },
  ],

  view(state) {
    const { celsius, season, beta, correct, day } = state;
    const series = averages(celsius, beta, correct);
    const days = { range: [1, celsius.length], label: "day of the year" };
    const curve = plot({
      label: `Temperatures of a year and their average with beta ${beta}.`,
      x: days,
      y: { range: [-5, 36], label: "temperature (°C)" },
    }, (across, up) =>
      dots(celsius.map((theta, i) => [across(i + 1), up(theta)]), { color: FAINT, radius: 1.3 }) +
      line(season.map((value, i) => [across(i + 1), up(value)]), { color: INK, dash: "2 3", width: 1.2 }) +
      line(series.map((value, i) => [across(i + 1), up(value)]), { ...LOOKS[0], width: 2.2 }) +
      ring([across(day), up(series[day - 1])], LOOKS[0]));
    const sum = 1 - beta ** day;
    const weights = Array.from({ length: day }, (_, i) => ((1 - beta) * beta ** (day - 1 - i)) / (correct ? sum : 1));
    const highest = Math.max(...weights);
    const bars = plot(
      {
        label: `Weight of each day in the average of day ${day}.`,
        x: days,
        y: { range: [0, 1.1 * highest], label: `weight in day ${day}` },
      },
      (across, up) =>
        line(
          weights.flatMap((weight, i) => [[across(i + 1), up(0)], [across(i + 1), up(weight)], [across(i + 1), up(0)]]),
          { ...LOOKS[1], width: 1.2 },
        ),
    );
    const roughness = mean(series.slice(1).map((value, i) => Math.abs(value - series[i])));
    const distance = Math.sqrt(mean(series.map((value, i) => (value - season[i]) ** 2)));
    const challenge = state.challenge;
    const met = challenge && distance < challenge.loss;
    return {
      panels: [{ svg: curve }, { svg: bars }],
      table: {
        caption: `β = ${beta}, ${correct ? "corrected" : "as it is"}`,
        head: ["what", "value"],
        rows: [
          ["window, 1/(1 − β)", `${format(1 / (1 - beta))} days`],
          ["lag behind a steady climb, β/(1 − β)", `${format(beta / (1 - beta))} days`],
          [`sum of the weights on day ${day}`, format(correct ? 1 : sum)],
          ["change from day to day", `${format(roughness)} °C`],
          ["distance from the season", `${format(distance)} °C`],
        ],
      },
      verdict: challenge &&
        { met, text: `${challenge.text} ${met ? "Met" : "Not yet"}: the distance is ${format(distance)} °C.` },
      series,
      weights,
    };
  },
});
