import { mongo } from "mongoose";
import { type Combination } from "./combinations";
import { findGoods, openPages } from "./measurements";
import { explainFind, overhearFinds, type ReadPlan } from "./overheard-finds";
import { startProduct } from "./running-catalogue";

/**
 * Has the product service list each combination once, and the store explain what it was asked for. The service that is
 * measured is another one, with nothing in between.
 * @returns by the combination's name, how each find of its page was answered
 */
export async function explainPages(
  mongoUrl: string,
  combinations: readonly Combination[],
): Promise<Map<string, ReadPlan[]>> {
  const overheard = await overhearFinds(mongoUrl);
  const product = await startProduct(overheard.url);
  const client = await mongo.MongoClient.connect(mongoUrl);
  try {
    const goods = await findGoods(product);
    const plans = new Map<string, ReadPlan[]>();
    for (const combination of combinations) {
      const askPage = await openPages(product, combination, goods);
      overheard.take();
      await askPage(0);
      const found: ReadPlan[] = [];
      for (const find of overheard.take()) found.push(await explainFind(client.db(), find));
      plans.set(combination.name, found);
    }
    return plans;
  } finally {
    await client.close();
    await product.stop();
    await overheard.stop();
  }
}
