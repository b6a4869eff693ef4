/** The shop that every subgraph of the benchmark answers from: small, linked, and the same in every run. */
export interface User {
  readonly id: string;
  readonly name: string;
  readonly username: string;
  readonly birthday: number;
  readonly reviews: Review[];
}

export interface Product {
  readonly upc: string;
  readonly name: string;
  readonly price: number;
  readonly weight: number;
  readonly inStock: boolean;
  readonly shippingEstimate: number;
  readonly reviews: Review[];
}

export interface Review {
  readonly id: string;
  readonly body: string;
  readonly author: User;
  readonly product: Product;
}

export interface Catalogue {
  readonly users: readonly User[];
  readonly products: readonly Product[];
  readonly reviews: readonly Review[];
}

const people = ["Ada Moreau", "Bram Okafor", "Chiara Lindqvist", "Dinesh Farrow", "Esra Whitlock", "Femi Castellano"];
const goods = ["Kettle", "Teapot", "Grinder", "Toaster", "Scales", "Whisk", "Ladle", "Skillet", "Colander", "Cleaver"];
const opinions = [
  "Does what it says, and quietly at that",
  "Heavier than it looks in the picture, sadly",
  "Bought a second one for my sister's kitchen",
  "The lid rattles a little, but nothing else does",
];

const productCount = 20;
/** The best sellers, which alone are reviewed: each by so many people that the answers reach the usual size. */
const reviewedCount = 5;
const reviewsPerProduct = 4;

/** Free above a price, half a unit of currency a unit of weight below it. */
export function shippingEstimateOf({ price, weight }: { price: number; weight: number }): number {
  return price > 1_000 ? 0 : Math.round(weight / 2);
}

export function createCatalogue(): Catalogue {
  const users: User[] = people.map((name, index) => {
    const username = name.toLowerCase().replace(" ", ".");
    return { id: `u${index + 1}`, name, username, birthday: 1_970 + index, reviews: [] };
  });
  const products: Product[] = Array.from({ length: productCount }, (_, index) => {
    const price = 199 + ((index * 389) % 1_400);
    const weight = 100 + ((index * 97) % 900);
    return {
      ...{ upc: `p${index + 1}`, name: `${goods[index % goods.length] ?? ""} No. ${index + 1}`, price, weight },
      ...{ inStock: index % 3 !== 2, shippingEstimate: shippingEstimateOf({ price, weight }), reviews: [] },
    };
  });
  const reviews: Review[] = [];
  for (const [rank, product] of products.slice(0, reviewedCount).entries()) {
    for (let nth = 0; nth < reviewsPerProduct; nth += 1) {
      const author = users[(rank + nth) % users.length];
      if (author === undefined) continue;
      const review = { id: `r${reviews.length + 1}`, body: opinions[nth] ?? "", author, product };
      reviews.push(review);
      author.reviews.push(review);
      product.reviews.push(review);
    }
  }
  return { users, products, reviews };
}
