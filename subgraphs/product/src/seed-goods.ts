import { seedCategories, type SeedCategory } from "./seed-catalogue";

// What a large shop for development and measurements is drawn from: see seed-draw.ts.

export interface Shelf {
  readonly category: string;
  readonly things: readonly string[];
  readonly materials: readonly string[];
  /** What its things come in; some come in one size. */
  readonly sizes: readonly string[];
  /** The cheapest and the dearest, in whole units of the shop's currency. */
  readonly prices: readonly [min: number, max: number];
}

type Row = [category: string, things: string, materials: string, sizes: string, min: number, max: number];

const departments: Readonly<Record<string, readonly Row[]>> = {
  Kitchen: [
    [
      "Coffee & Tea",
      "Kettle|Teapot|Coffee Grinder|French Press|Espresso Cup|Mug|Milk Jug|Tea Strainer|Dripper",
      "steel|stoneware|porcelain|glass|copper",
      "0.3 l|0.6 l|1 l|1.5 l",
      6,
      180,
    ],
    [
      "Cookware",
      "Skillet|Saucepan|Casserole|Wok|Stockpot|Roasting Tin|Griddle|Lid",
      "steel|iron|enamel|copper|aluminium",
      "18 cm|22 cm|26 cm|30 cm",
      12,
      320,
    ],
    [
      "Knives & Boards",
      "Chef's Knife|Paring Knife|Bread Knife|Cutting Board|Knife Block|Sharpening Stone|Kitchen Shears",
      "steel|oak|walnut|beech|ceramic",
      "small|medium|large",
      8,
      240,
    ],
    [
      "Baking",
      "Cake Tin|Loaf Tin|Rolling Pin|Mixing Bowl|Whisk|Cooling Rack|Pastry Brush",
      "steel|silicone|beech|glass|enamel",
      "small|medium|large",
      4,
      70,
    ],
    [
      "Tableware",
      "Dinner Plate|Soup Bowl|Serving Dish|Tumbler|Wine Glass|Carafe|Cutlery Set|Salad Servers",
      "stoneware|porcelain|glass|steel|olive wood",
      "single|set of 4|set of 6",
      5,
      190,
    ],
  ],
  Home: [
    [
      "Lighting",
      "Table Lamp|Floor Lamp|Pendant Lamp|Wall Lamp|Reading Lamp|Lantern|Candle Holder",
      "brass|paper|glass|oak|linen|iron",
      "small|medium|large",
      14,
      420,
    ],
    [
      "Textiles",
      "Throw|Cushion Cover|Bed Set|Towel|Tablecloth|Curtain|Rug|Doormat",
      "linen|cotton|wool|hemp|jute",
      "small|medium|large|extra large",
      9,
      480,
    ],
    [
      "Storage",
      "Basket|Storage Box|Laundry Bin|Coat Rack|Hook Rail|Drawer Organiser|Jar",
      "willow|steel|oak|felt|glass|cardboard",
      "small|medium|large",
      5,
      140,
    ],
    [
      "Decoration",
      "Vase|Picture Frame|Mirror|Clock|Bookend|Tray|Garland",
      "glass|stoneware|oak|brass|paper|marble",
      "small|medium|large",
      7,
      260,
    ],
    [
      "Bathroom",
      "Soap Dish|Toothbrush Cup|Bath Mat|Shower Curtain|Towel Rail|Bathrobe",
      "stoneware|cotton|steel|bamboo|linen",
      "small|medium|large",
      6,
      130,
    ],
  ],
  Furniture: [
    [
      "Seating",
      "Chair|Armchair|Stool|Bench|Sofa|Rocking Chair|Footstool",
      "oak|walnut|beech|steel|rattan|leather",
      "low|regular|high",
      49,
      2400,
    ],
    [
      "Tables & Desks",
      "Dining Table|Coffee Table|Side Table|Desk|Console Table|Trestle",
      "oak|walnut|ash|steel|glass|marble",
      "80 cm|120 cm|160 cm|200 cm",
      59,
      2900,
    ],
    [
      "Shelves",
      "Bookcase|Wall Shelf|Sideboard|Cabinet|Shoe Rack|Magazine Rack",
      "oak|walnut|pine|steel|birch",
      "narrow|medium|wide",
      24,
      1900,
    ],
  ],
  Outdoor: [
    [
      "Bags",
      "Backpack|Tote|Weekend Bag|Belt Pouch|Pannier|Messenger Bag|Wash Bag",
      "canvas|leather|nylon|waxed cotton|felt",
      "8 l|16 l|24 l|40 l",
      14,
      380,
    ],
    [
      "Camping",
      "Tent|Sleeping Bag|Camp Stove|Camp Mug|Headlamp|Folding Stool|Sleeping Mat|Water Bottle",
      "nylon|aluminium|steel|down|enamel|titanium",
      "small|medium|large",
      8,
      690,
    ],
    [
      "Cycling",
      "Bicycle Bell|Helmet|Saddle|Pump|Bicycle Lock|Rear Light|Handlebar Tape",
      "steel|leather|aluminium|cork|rubber",
      "small|medium|large",
      7,
      210,
    ],
  ],
  Garden: [
    [
      "Garden Tools",
      "Spade|Rake|Secateurs|Hand Trowel|Hoe|Garden Shears|Dibber|Watering Can",
      "steel|ash|zinc|copper|iron",
      "short|medium|long",
      8,
      160,
    ],
    [
      "Planters",
      "Planter|Flower Pot|Hanging Pot|Seed Tray|Trellis|Plant Stand",
      "terracotta|zinc|oak|fibre clay|steel",
      "12 cm|20 cm|35 cm|50 cm",
      4,
      220,
    ],
    [
      "Garden Living",
      "Deck Chair|Hammock|Parasol|Fire Bowl|Bird House|Picnic Blanket",
      "teak|cotton|steel|acacia|wool",
      "small|medium|large",
      19,
      740,
    ],
  ],
  Clothing: [
    [
      "Shirts",
      "Shirt|T-Shirt|Blouse|Polo Shirt|Overshirt|Night Shirt",
      "cotton|linen|flannel|hemp|silk",
      "XS|S|M|L|XL|XXL",
      15,
      160,
    ],
    [
      "Knitwear",
      "Jumper|Cardigan|Scarf|Beanie|Mittens|Socks|Slipover",
      "wool|cashmere|cotton|alpaca|mohair",
      "XS|S|M|L|XL",
      9,
      310,
    ],
    [
      "Outerwear",
      "Jacket|Parka|Raincoat|Waistcoat|Coat|Windbreaker",
      "waxed cotton|wool|nylon|denim|down",
      "XS|S|M|L|XL|XXL",
      49,
      690,
    ],
    [
      "Footwear",
      "Boots|Sneakers|Sandals|Slippers|Loafers|Rubber Boots",
      "leather|canvas|felt|rubber|suede",
      "36|37|38|39|40|41|42|43|44|45",
      19,
      340,
    ],
  ],
  "Desk & Paper": [
    [
      "Writing",
      "Fountain Pen|Pencil Set|Ballpoint|Notebook|Sketchbook|Diary|Ink",
      "brass|paper|aluminium|cedar|leather",
      "A6|A5|A4",
      3,
      190,
    ],
    [
      "Desk Accessories",
      "Desk Lamp|Pen Tray|Letter Opener|Stapler|Desk Pad|Card Case|Calendar",
      "steel|walnut|leather|felt|brass",
      "small|medium|large",
      6,
      230,
    ],
  ],
  Children: [
    [
      "Toys",
      "Building Blocks|Wooden Train|Puzzle|Kite|Doll|Spinning Top|Marble Run|Board Game",
      "beech|maple|cotton|cardboard|felt",
      "from 1 year|from 3 years|from 6 years",
      5,
      150,
    ],
    [
      "Nursery",
      "Cot|Mobile|Night Light|Changing Mat|Play Mat|Toy Chest",
      "beech|cotton|birch|wool|felt",
      "small|medium|large",
      12,
      540,
    ],
  ],
};

export const shelves: readonly Shelf[] = Object.values(departments)
  .flat()
  .map(([category, things, materials, sizes, min, max]) => ({
    category,
    things: things.split("|"),
    materials: materials.split("|"),
    sizes: sizes.split("|"),
    prices: [min, max],
  }));

/** Those of the demonstration's small shop as they are there, then the others; parents first. */
export const shelfCategories: readonly SeedCategory[] = [
  ...seedCategories,
  ...Object.keys(departments).map((name): SeedCategory => ({ name })),
  ...Object.entries(departments).flatMap(([parent, rows]) => rows.map(([name]): SeedCategory => ({ name, parent }))),
].filter(({ name }, index, all) => all.findIndex((other) => other.name === name) === index);
