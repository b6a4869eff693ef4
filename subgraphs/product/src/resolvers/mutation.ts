import { type Context } from "../context";
import { type MutationResolvers } from "../generated/graphql";
import { problemsOf, toCategoryPayload, toProductPayload } from "./payloads";

export const mutation: MutationResolvers = {
  createProduct: async (_parent, { input }, context) =>
    toProductPayload(await readingAfresh(context, context.products.create(context.viewer, input))),
  updateProduct: async (_parent, { id, input }, context) =>
    toProductPayload(await readingAfresh(context, context.products.update(context.viewer, id, input))),
  publishProduct: async (_parent, { id }, context) =>
    toProductPayload(await readingAfresh(context, context.products.publish(context.viewer, id))),
  archiveProduct: async (_parent, { id }, context) =>
    toProductPayload(await readingAfresh(context, context.products.archive(context.viewer, id))),
  importProducts: async (_parent, { input }, context) => {
    const outcome = await readingAfresh(context, context.products.import(context.viewer, input.products));
    if (!outcome.ok) return { results: [], errors: outcome.problems };
    const results = outcome.outcomes.map((row, index) => ({ index, ...toProductPayload(row) }));
    return { results, errors: [] };
  },

  adjustStock: async (_parent, { input }, context) => {
    const outcome = await readingAfresh(context, context.stock.adjust(context.viewer, input));
    const product = await context.loaders.productById.load(input.productId);
    if (!outcome.ok) return { product, adjustment: null, errors: outcome.problems };
    const { _id: id, ...adjustment } = outcome.adjustment;
    return { product, adjustment: { id, ...adjustment }, errors: [] };
  },

  createCategory: async (_parent, { input }, context) =>
    toCategoryPayload(await readingAfresh(context, context.categories.create(context.viewer, input))),
  updateCategory: async (_parent, { id, input }, context) =>
    toCategoryPayload(await readingAfresh(context, context.categories.update(context.viewer, id, input))),
  deleteCategory: async (_parent, { id }, context) =>
    toCategoryPayload(await readingAfresh(context, context.categories.remove(context.viewer, id))),

  requestProductImageUpload: async (_parent, { productId, input }, { viewer, images }) => {
    const outcome = await images.requestUpload(viewer, productId, input);
    return outcome.ok ? { upload: outcome.upload, errors: [] } : { upload: null, errors: problemsOf(outcome) };
  },
  attachProductImage: async (_parent, { productId, uploadId, alt }, context) =>
    toProductPayload(await readingAfresh(context, context.images.attach(context.viewer, productId, uploadId, alt))),
  removeProductImage: async (_parent, { productId, imageId }, context) =>
    toProductPayload(await readingAfresh(context, context.images.remove(context.viewer, productId, imageId))),
};

/** What a request read before one of its mutations may not hold after it. */
async function readingAfresh<Outcome>({ loaders }: Context, change: Promise<Outcome>): Promise<Outcome> {
  const outcome = await change;
  loaders.clear();
  return outcome;
}
