import { type Machine } from "../machine";
import { numberText, table } from "../markdown";
import { type CombinationFigures, type Figures } from "./measurements";
import { type ReadPlan } from "./overheard-finds";

export interface CombinationResult extends CombinationFigures {
  readonly name: string;
  /** Of each find that one page asks for. */
  readonly plans: readonly ReadPlan[];
}

export interface CatalogueReport {
  readonly machine: Machine;
  readonly store: string;
  readonly products: number;
  /** Null where the catalogue was there already. */
  readonly seeding: {
    readonly perSecond: number;
    readonly seedCpuMs: number;
    readonly storeCpuMs: number | null;
  } | null;
  readonly combinations: readonly CombinationResult[];
}

const mostPageP95Ms = 150;
const mostFacetsP95Ms = 500;
const leastSeededPerSecond = 5_000;

/** What was measured, on what and how, as Markdown. */
export function writeCatalogueReport(report: CatalogueReport): string {
  const { machine, store, products } = report;
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
  return [
    `# Catalogue benchmark, ${machine.date}: ${store}`,
    [
      `${machine.cpu}, ${machine.cores} cores, ${machine.system}. Node ${machine.node}. Commit ${machine.commit}. ${versions.join(", ")}. `,
      `${numberText(products)} products of \`npm run seed\`. An anonymous customer asks the product service for pages of 20, one after `,
      "the other; each time for other words, branches and values. Facets are all three with totalCount.",
    ].join(""),
    writeCatalogueGoals(report),
    writeCombinations(report),
  ].join("\n\n");
}

/** The figures to reach and those reached. */
export function writeCatalogueGoals({ combinations, seeding }: CatalogueReport): string {
  const worst = (read: (result: CombinationResult) => Figures): number =>
    Math.max(...combinations.map((result) => read(result).p95Ms));
  const [page, facets] = [worst(({ page }) => page), worst(({ facets }) => facets)];
  const unindexed = combinations.filter(({ plans }) =>
    plans.some(({ scansCollection, sorts }) => scansCollection || sorts),
  );
  const met = (isMet: boolean): string => (isMet ? "yes" : "no");
  const rows = [
    [
      "p95 of a page, the slowest combination",
      `${numberText(page, 1)} ms`,
      `≤ ${mostPageP95Ms} ms`,
      met(page <= mostPageP95Ms),
    ],
    [
      "p95 of facets and totalCount, the slowest",
      `${numberText(facets, 1)} ms`,
      `≤ ${mostFacetsP95Ms} ms`,
      met(facets <= mostFacetsP95Ms),
    ],
    ["combinations that scan or sort", String(unindexed.length), "0", met(unindexed.length === 0)],
  ];
  if (seeding !== null) {
    const { perSecond } = seeding;
    rows.push([
      "products seeded a second",
      numberText(perSecond),
      `≥ ${numberText(leastSeededPerSecond)}`,
      met(perSecond >= leastSeededPerSecond),
    ]);
  }
  return table(["What", "Reached", "To reach", "Met"], rows);
}

function writeCombinations({ combinations, seeding }: CatalogueReport): string {
  const figures = ({ p50Ms, p95Ms, cpuMs }: Figures): string[] => [
    numberText(p50Ms, 1),
    numberText(p95Ms, 1),
    numberText(cpuMs, 1),
  ];
  const rows = combinations.map(({ name, page, facets, plans }) => [
    name,
    ...figures(page),
    ...figures(facets),
    plans.map(({ documentsExamined }) => numberText(documentsExamined)).join(" + "),
    [...new Set(plans.flatMap(({ indexes }) => indexes))].map((index) => `\`${index}\``).join(", ") || "not told",
  ]);
  const head = [
    "Combination",
    "page p50 ms",
    "p95",
    "CPU",
    "facets p50 ms",
    "p95",
    "CPU",
    "documents read for a page",
    "index",
  ];
  const seeded =
    seeding === null
      ? []
      : [
          `Seeding: ${numberText(seeding.perSecond)} products a second; of CPU time ${numberText(seeding.seedCpuMs, 2)} ms a product in the seed${seeding.storeCpuMs === null ? "" : `, ${numberText(seeding.storeCpuMs, 2)} ms in the store`}.`,
        ];
  return [table(head, rows), "CPU is that of the product service, in milliseconds an answer.", ...seeded].join("\n\n");
}
