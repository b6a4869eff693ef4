import { type Machine } from "../machine";
import { numberText, table } from "../markdown";
import { type CombinationFigures, type Figures } from "./measurements";
import { type ReadPlan } from "./overheard-finds";
import { type Seeding } from "./running-catalogue";

export interface CombinationResult extends CombinationFigures {
  readonly name: string;
  /** Of each find that one page asks for. */
  readonly plans: readonly ReadPlan[];
}

export interface CatalogueReport {
  readonly machine: Machine;
  readonly store: string;
  readonly products: number;
  /** With the store's CPU milliseconds for a product, null for one that runs elsewhere; null where nothing was seeded. */
  readonly seeding: (Seeding & { readonly storeCpuMs: number | null }) | null;
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
  const worstMs = (read: (result: CombinationResult) => Figures): number =>
    Math.max(...combinations.map((result) => read(result).p95Ms));
  const atMostMs = (what: string, ms: number, most: number): string[] => [
    ...[what, `${numberText(ms, 1)} ms`, `≤ ${most} ms`, ms <= most ? "yes" : "no"],
  ];
  const rows = [
    atMostMs(
      "p95 of a page, the slowest combination",
      worstMs(({ page }) => page),
      mostPageP95Ms,
    ),
    atMostMs(
      "p95 of facets and totalCount, the slowest",
      worstMs(({ facets }) => facets),
      mostFacetsP95Ms,
    ),
    goalOfPlans(combinations),
  ];
  if (seeding !== null) {
    const { productsPerSecond: rate } = seeding;
    const isMet = rate >= leastSeededPerSecond ? "yes" : "no";
    rows.push(["products seeded a second", numberText(rate), `≥ ${numberText(leastSeededPerSecond)}`, isMet]);
  }
  return table(["What", "Reached", "To reach", "Met"], rows);
}

function goalOfPlans(combinations: readonly CombinationResult[]): string[] {
  const what = "combinations that scan the collection or sort what they found";
  const plans = combinations.map((combination) => combination.plans);
  if (plans.some((its) => its.some(({ indexes }) => indexes.length === 0)))
    return [what, "the server does not tell", "0", ""];
  const bad = plans.filter((its) => its.some(({ scansCollection, sorts }) => scansCollection || sorts)).length;
  return [what, String(bad), "0", bad === 0 ? "yes" : "no"];
}

function writeCombinations({ combinations, seeding }: CatalogueReport): string {
  const figures = ({ p50Ms, p95Ms, cpuMs }: Figures): string[] => [
    numberText(p50Ms, 1),
    numberText(p95Ms, 1),
    cpuText(cpuMs),
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
  const note = "CPU is that of the product service and of the store for one answer, in milliseconds.";
  return [table(head, rows), note, ...(seeding === null ? [] : [writeSeeding(seeding)])].join("\n\n");
}

function writeSeeding({ productsPerSecond, cpuMs, storeCpuMs }: NonNullable<CatalogueReport["seeding"]>): string {
  const inStore = storeCpuMs === null ? "" : ` and ${numberText(storeCpuMs, 2)} ms in the store`;
  return `Seeding: ${numberText(productsPerSecond)} products a second; ${numberText(cpuMs, 2)} ms of CPU a product in the seed${inStore}.`;
}

function cpuText({ product, store }: Figures["cpuMs"]): string {
  return store === null ? numberText(product, 1) : `${numberText(product, 1)} + ${numberText(store, 1)}`;
}
