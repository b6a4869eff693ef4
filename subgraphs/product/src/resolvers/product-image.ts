import { type ImageSize, type ProductImageResolvers } from "../generated/graphql";
import { type StoredImage } from "../product-model";

const keyOf: Record<ImageSize, (image: StoredImage) => string> = {
  FULL: ({ key }) => key,
  MEDIUM: ({ mediumKey }) => mediumKey,
  SMALL: ({ smallKey }) => smallKey,
};

export const productImage: ProductImageResolvers = {
  url: (image, { size }, { imageUrl }) => imageUrl(keyOf[size](image)),
};
