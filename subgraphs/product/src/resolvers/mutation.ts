import { type MutationResolvers } from "../generated/graphql";
import { problemsOf, toCategoryPayload, toProductPayload } from "./payloads";

export const mutation: MutationResolvers = {
  createProduct: async (_parent, { input }, { viewer, products }) =>
    toProductPayload(await products.create(viewer, input)),
  updateProduct: async (_parent, { id, input }, { viewer, products }) =>
    toProductPayload(await products.update(viewer, id, input)),
  publishProduct: async (_parent, { id }, { viewer, products }) => toProductPayload(await products.publish(viewer, id)),
  archiveProduct: async (_parent, { id }, { viewer, products }) => toProductPayload(await products.archive(viewer, id)),
  importProducts: async (_parent, { input }, { viewer, products }) => {
    const outcome = await products.import(viewer, input.products);
    if (!outcome.ok) return { results: [], errors: outcome.problems };
    const results = outcome.outcomes.map((row, index) => ({ index, ...toProductPayload(row) }));
    return { results, errors: [] };
  },

  adjustStock: async (_parent, { input }, { viewer, stock, loaders }) => {
    const outcome = await stock.adjust(viewer, input);
    const product = await loaders.productById.load(input.productId);
    if (!outcome.ok) return { product, adjustment: null, errors: outcome.problems };
    const { _id: id, ...adjustment } = outcome.adjustment;
    return { product, adjustment: { id, ...adjustment }, errors: [] };
  },

  createCategory: async (_parent, { input }, { viewer, categories }) =>
    toCategoryPayload(await categories.create(viewer, input)),
  updateCategory: async (_parent, { id, input }, { viewer, categories }) =>
    toCategoryPayload(await categories.update(viewer, id, input)),
  deleteCategory: async (_parent, { id }, { viewer, categories }) =>
    toCategoryPayload(await categories.remove(viewer, id)),

  requestProductImageUpload: async (_parent, { productId, input }, { viewer, images }) => {
    const outcome = await images.requestUpload(viewer, productId, input);
    return outcome.ok ? { upload: outcome.upload, errors: [] } : { upload: null, errors: problemsOf(outcome) };
  },
  attachProductImage: async (_parent, { productId, uploadId, alt }, { viewer, images }) =>
    toProductPayload(await images.attach(viewer, productId, uploadId, alt)),
  removeProductImage: async (_parent, { productId, imageId }, { viewer, images }) =>
    toProductPayload(await images.remove(viewer, productId, imageId)),
};
