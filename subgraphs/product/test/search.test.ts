// What a search finds, in the words and scripts that people write.
import { startCatalogue, type TestCatalogue } from "./catalogue";

let shop: TestCatalogue;
const goods: [name: string, material: string, description: string][] = [
  ["Steel Teapot", "steel", "Keeps tea warm."],
  ["Teapot", "Steel", "For two."],
  ["Tray", "oak", "Carries a teapot of steel."],
  ["Crème Brûlée Dish", "stoneware", "Naïve façade."],
  ["Straße Łódź Ærøskøbing", "paper", "Eine Landkarte."],
  ["ΟΔΟΣ", "χάλκινο", "ΠΙΝΑΚΙΔΑ"],
  ["Чайник", "сталь", "Кипятит воду"],
  ["不锈钢水壶", "陶瓷", "适合泡茶"],
  ["カタカナのポット", "鉄", "お茶に"],
  ["한국 찻주전자", "도자기", "차를 위한 것"],
  ["קומקום נירוסטה", "פלדה", "מים חמים"],
  ["إبريق الشاي", "فُولاذ", "للشاي"],
  ["☕ Mug 🚀 3000", "glass", "50 % off"],
  ["Donaudampfschifffahrtsgesellschaft Cap", "wool", "Warm."],
];
beforeAll(async () => {
  shop = await startCatalogue();
  for (const [name, material, description] of goods) {
    await shop.addProduct({ name, description, attributes: [{ name: "material", value: material }] });
  }
});
afterAll(() => shop.stop());

async function search(text: string): Promise<string[]> {
  const { products } = (
    await shop.ask(`query ($search: String) { products(filter: { search: $search }) { edges { node { name } } } }`, {
      search: text,
    })
  ).data as { products: { edges: { node: { name: string } }[] } };
  return products.edges.map(({ node }) => node.name);
}

it.each([
  ["steel teapot", ["Steel Teapot", "Teapot", "Tray"]], // name, then attributes, then description
  ["TEAPOT steel", ["Steel Teapot", "Teapot", "Tray"]],
  ["teap", ["Teapot", "Steel Teapot"]], // beginnings, but of no word of a description
  ["carries", ["Tray"]],
  ["carri", []],
  ["pot", []], // no word begins so
  ["creme brulee", ["Crème Brûlée Dish"]],
  ["cre\u0300me", ["Crème Brûlée Dish"]], // an accent of its own
  ["facade", ["Crème Brûlée Dish"]],
  ["STRASSE lodz", ["Straße Łódź Ærøskøbing"]],
  ["aeroskobing", ["Straße Łódź Ærøskøbing"]],
  ["οδός", ["ΟΔΟΣ"]],
  ["οδοσ", ["ΟΔΟΣ"]],
  ["ЧАЙ", ["Чайник"]],
  ["水壶", ["不锈钢水壶"]], // within what has no spaces
  ["钢", ["不锈钢水壶"]],
  ["泡茶", ["不锈钢水壶"]],
  ["壶水", []],
  ["ポット", ["カタカナのポット"]],
  ["ﾎﾟｯﾄ", ["カタカナのポット"]], // of half the width
  ["찻주", ["한국 찻주전자"]],
  ["נירו", ["קומקום נירוסטה"]],
  ["فولاذ", ["إبريق الشاي"]],
  ["mug 3000", ["☕ Mug 🚀 3000"]],
  ["☕ mug", ["☕ Mug 🚀 3000"]], // signs are no words
  ["☕", []],
  ["50%", ["☕ Mug 🚀 3000"]],
  ["... --- !!!", []],
  ["donaudampfschifffahrtsgesellschaft", ["Donaudampfschifffahrtsgesellschaft Cap"]],
  ["donaudampf", ["Donaudampfschifffahrtsgesellschaft Cap"]],
  ["cap cap CAP", ["Donaudampfschifffahrtsgesellschaft Cap"]],
])("finds by %j", async (text, expected) => {
  expect(await search(text)).toEqual(expected);
});

it("looks for eight words at most, and takes no longer text than 200 characters", async () => {
  expect(await search("steel teapot ".repeat(15))).toHaveLength(3);
  expect(await search("carries a teapot of steel nothing")).toEqual([]);
  await shop.addProduct({ name: "One Two Three Four Five Six Seven Eight" });
  expect(await search("eight seven six five four three two one nothing")).toHaveLength(1);
  for (const length of [201, 10_000]) {
    const { errors } = await shop.ask(
      `query ($search: String) { products(filter: { search: $search }) { totalCount } }`,
      { search: "x".repeat(length) },
    );
    expect(errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT" } }]);
  }
});

it("finds by the new words of a product that was edited, and no more by the old ones", async () => {
  const id = await shop.addProduct({ name: "Before", attributes: [{ name: "material", value: "tin" }] });
  const updating = `mutation ($id: ID!, $input: UpdateProductInput!) { updateProduct(id: $id, input: $input) { errors { code } } }`;
  await shop.staff(updating, { id, input: { name: "Afterwards", attributes: null, description: "Tinned." } });
  expect(await Promise.all(["before", "tin", "after", "tinned"].map(search))).toEqual([
    [],
    [],
    ["Afterwards"],
    ["Afterwards"],
  ]);
});
