import { caseOfChains } from "./property/chains";
import { tryProperty } from "./property/property";
import seeds from "./property/seeds.json";

/** Cases tried with each seed of the usual run; `npm run test:property -- --runs 10000` tries more. */
const runs = 12;

it.each([1, 2, 3])(
  "answers random operations on random graphs as a monolith does, seed %i",
  async (seed) => {
    const { compared, failure } = await tryProperty({ seed, runs, maxShrinkMs: 20_000 });
    expect(failure?.text).toBeUndefined();
    expect(compared).toBeGreaterThan(runs);
  },
  60_000,
);

it("answers them on graphs full of chains of requirements that come back", async () => {
  const { failure } = await tryProperty({ seed: 1, runs, cases: caseOfChains, maxShrinkMs: 20_000 });
  expect(failure?.text).toBeUndefined();
}, 60_000);

// A seed and its path mean a case of the generator as it is: whoever changes that looks for others.
it.each(seeds)("does not repeat what seed $seed once found: $found", async ({ seed, path }) => {
  const { failure } = await tryProperty({ seed, path, runs: 1 });
  expect(failure?.text).toBeUndefined();
});
