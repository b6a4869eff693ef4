// A small believable shop for development and demonstrations.

export interface SeedCategory {
  readonly name: string;
  readonly parent?: string;
}

export interface SeedProduct {
  readonly category: string;
  readonly name: string;
  /** In minor units of the shop's currency. */
  readonly priceMinor: number;
  readonly stock: number;
  readonly material: string;
  readonly color: keyof typeof seedColors;
  readonly description: string;
}

export const seedColors = {
  sand: "#d9c2a0",
  slate: "#56687a",
  sage: "#8fa98f",
  clay: "#b8664c",
  ink: "#2d3550",
  cream: "#efe3c8",
  mustard: "#d6a23b",
  plum: "#74506b",
} as const;

export const seedCategories: readonly SeedCategory[] = [
  { name: "Kitchen" },
  { name: "Coffee & Tea", parent: "Kitchen" },
  { name: "Cookware", parent: "Kitchen" },
  { name: "Home" },
  { name: "Lighting", parent: "Home" },
  { name: "Textiles", parent: "Home" },
  { name: "Outdoor" },
  { name: "Bags", parent: "Outdoor" },
];

type Row = [string, number, number, string, SeedProduct["color"], string];

const rows: Readonly<Record<string, readonly Row[]>> = {
  "Coffee & Tea": [
    [
      "Gooseneck Kettle",
      6900,
      40,
      "steel",
      "slate",
      "A slow, exact pour for filter coffee, with a handle that stays cool.",
    ],
    [
      "Moka Pot, 3 Cups",
      2900,
      60,
      "aluminium",
      "slate",
      "Strong coffee on any stove in five minutes; nothing in it can break.",
    ],
    ["Hand Grinder", 8900, 25, "steel", "ink", "Conical steel burrs, 38 steps, quiet enough for an early morning."],
    ["Stoneware Teapot", 4500, 30, "stoneware", "sage", "Holds a litre, keeps it warm, and does not drip."],
    ["Matcha Bowl", 3400, 18, "stoneware", "clay", "Thrown by hand, wide enough to whisk in; no two are alike."],
    ["Travel Mug, 350 ml", 2400, 80, "steel", "plum", "Tight in any bag, and still hot after the second train."],
    ["Filter Papers, 100", 690, 300, "paper", "cream", "Unbleached cone filters that add no taste of their own."],
  ],
  Cookware: [
    [
      "Cast Iron Skillet, 26 cm",
      5400,
      35,
      "iron",
      "ink",
      "Seasoned twice, good for any stove and for the rest of your life.",
    ],
    ["Enamel Casserole, 5 l", 12900, 14, "iron", "clay", "For stews that take their time and bread with a crust."],
    ["Carbon Steel Wok", 4900, 22, "steel", "slate", "Light, fast and hot, with a flat base for modern stoves."],
    ["Milk Pan, 1 l", 2700, 45, "enamel", "cream", "Pours from both sides; the white inside shows what you are doing."],
    ["Chef's Knife, 20 cm", 9800, 20, "steel", "ink", "A hard edge, a soft spine, and a grip for long evenings."],
    ["Oak Cutting Board", 3900, 28, "oak", "sand", "End grain that is kind to knives and closes over cuts."],
    ["Wooden Spoon Set", 1800, 90, "beech", "sand", "Three spoons and a spatula of oiled beech."],
  ],
  Lighting: [
    ["Paper Pendant Lamp", 5900, 16, "paper", "cream", "A soft round light over the table, folded from washi paper."],
    ["Reading Lamp", 7900, 21, "brass", "mustard", "Points where you look and dims to a candle."],
    ["Floor Lamp, Three Legs", 14900, 9, "oak", "sand", "Oak legs, a linen shade, and a switch you find in the dark."],
    ["Bedside Globe", 4200, 33, "glass", "sage", "Opal glass that glows and does not glare."],
    ["Candle Holder Pair", 2600, 50, "iron", "ink", "Heavy enough for the tallest candles."],
    [
      "Beeswax Candles, 6",
      1900,
      120,
      "beeswax",
      "mustard",
      "Seven hours each; they smell of summer and drip very little.",
    ],
  ],
  Textiles: [
    ["Linen Bed Set", 17900, 12, "linen", "sage", "Washed linen that is cool in July and warm in January."],
    ["Wool Throw", 8900, 24, "wool", "plum", "Woven from the wool of mountain sheep, with a short fringe."],
    ["Waffle Towel", 2900, 70, "cotton", "sand", "Dries you fast and itself faster."],
    ["Cushion Cover, 50 cm", 2400, 55, "cotton", "clay", "Thick cotton with a hidden zip."],
    ["Tea Towels, 3", 1700, 110, "linen", "slate", "Half linen, so that glasses come out without lint."],
    ["Doormat", 3200, 26, "coir", "mustard", "Takes the mud and keeps its shape."],
  ],
  Outdoor: [
    ["Enamel Camp Mug", 1200, 150, "enamel", "ink", "Falls off rocks and gets better for it."],
    ["Folding Stool", 4900, 19, "oak", "sand", "Opens with one hand and carries 120 kg."],
    ["Picnic Blanket", 5900, 23, "wool", "clay", "Wool above, waxed cotton below, a strap around it."],
    ["Garden Shears", 3900, 31, "steel", "sage", "Forged blades that can be sharpened and taken apart."],
    ["Watering Can, 5 l", 4400, 17, "zinc", "slate", "Balanced when full, with a rose as fine as rain."],
    ["Storm Lantern", 3600, 29, "steel", "mustard", "Burns twenty hours in wind that would put out anything else."],
    ["Hammock", 7900, 11, "cotton", "plum", "For two, or for one who means it."],
  ],
  Bags: [
    ["Canvas Tote", 2200, 95, "canvas", "cream", "Carries a week's vegetables and lies flat afterwards."],
    ["Roll-Top Backpack", 9900, 15, "canvas", "slate", "Waxed canvas that keeps rain out and a laptop in."],
    ["Weekend Bag", 13900, 8, "leather", "clay", "Fits under the seat, with room for the good shoes."],
    ["Belt Pouch", 3400, 42, "canvas", "ink", "Phone, keys, and a sandwich if you fold it."],
    ["Leather Card Case", 2900, 64, "leather", "plum", "Four cards and a note, thinner than your phone."],
    ["Bike Pannier", 7400, 13, "canvas", "sage", "Clips on in a second and off in another."],
    ["Laundry Sack", 1900, 37, "cotton", "sand", "Holds two loads and goes in with them."],
  ],
};

export const seedProducts: readonly SeedProduct[] = Object.entries(rows).flatMap(([category, products]) =>
  products.map(([name, priceMinor, stock, material, color, description]) => ({
    category,
    name,
    priceMinor,
    stock,
    material,
    color,
    description,
  })),
);
