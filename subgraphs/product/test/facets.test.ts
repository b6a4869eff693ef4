import { productInput, startCatalogue, type TestCatalogue } from "./catalogue";

let shop: TestCatalogue;
beforeAll(async () => {
  shop = await startCatalogue();
});
afterAll(() => shop.stop());

interface AttributeFacet {
  readonly name: string;
  readonly values: { readonly value: string; readonly count: number }[];
}

async function facetsOf(attributes: object[]): Promise<AttributeFacet[]> {
  const query = `query ($attributes: [AttributeFilter!]) { products(filter: { attributes: $attributes }) {
    facets { attributes { name values { value count } } } } }`;
  const { data } = await shop.ask(query, { attributes });
  return (data?.["products"] as { facets: { attributes: AttributeFacet[] } }).facets.attributes;
}

it("tells fifty attributes and fifty values of each, the most frequent, and what is chosen besides", async () => {
  const numbered = (n: number): string => String(n).padStart(2, "0");
  const products = Array.from({ length: 60 }, (_, n) => {
    const attributes = [
      { name: "serial", value: numbered(n) },
      { name: "lot", value: n < 3 ? "last" : numbered(n) },
      { name: `own ${numbered(n)}`, value: "yes" },
    ];
    return productInput({ name: `Numbered ${n}`, attributes, publish: true });
  });
  const importing = `mutation ($input: ImportProductsInput!) { importProducts(input: $input) { results { errors { code } } } }`;
  const { results } = await shop.staff(importing, { input: { products } });
  expect(results).toEqual(products.map(() => ({ errors: [] })));

  const all = await facetsOf([]);
  const ownNames = Array.from({ length: 48 }, (_, n) => `own ${numbered(n)}`);
  expect(all.map(({ name }) => name)).toEqual(["lot", ...ownNames, "serial"]);
  const [lot, serial] = [all[0], all.at(-1)];
  expect(lot?.values.slice(0, 2)).toEqual([
    { value: "last", count: 3 },
    { value: "03", count: 1 },
  ]);
  expect([lot?.values.length, serial?.values.length]).toEqual([50, 50]);
  expect(serial?.values.at(-1)).toEqual({ value: "49", count: 1 });

  const chosen = await facetsOf([
    { name: "serial", values: ["03", "58"] },
    { name: "own 58", values: ["yes"] },
  ]);
  expect(chosen.map(({ name }) => name)).toEqual(["lot", "own 58", "serial"]);
  expect(chosen.at(-1)?.values).toEqual([{ value: "58", count: 1 }]);
  const bySerial = await facetsOf([{ name: "serial", values: ["58"] }]);
  expect(bySerial.at(-1)?.values.slice(-2)).toEqual([
    { value: "49", count: 1 },
    { value: "58", count: 1 },
  ]);
});
