import { type Connection, type Model, Schema } from "mongoose";
import { outboxIndex, outboxSchema, type Publishing } from "./outbox-model";

export type ProductStatus = "DRAFT" | "ACTIVE" | "ARCHIVED";

export interface ProductAttribute {
  readonly name: string;
  readonly value: string;
}

export interface StoredImage {
  readonly id: string;
  /** The upload that it was made from: attaching that again finds it done. */
  readonly uploadId: string;
  /** Where it is in the bucket, and the smaller ones with it. */
  readonly key: string;
  readonly mediumKey: string;
  readonly smallKey: string;
  readonly alt: string;
  /** Null where it was kept as it was uploaded. */
  readonly width: number | null;
  readonly height: number | null;
  readonly contentType: string;
  readonly bytes: number;
}

/** A product as it is read: what clients may learn of it. */
export interface ProductRecord {
  readonly _id: string;
  readonly slug: string;
  readonly name: string;
  /** The name folded, to sort by. */
  readonly nameKey: string;
  readonly description: string;
  readonly status: ProductStatus;
  readonly categoryId: string | null;
  readonly priceMinor: number;
  readonly currency: string;
  readonly attributes: ProductAttribute[];
  readonly images: StoredImage[];
  /** Units on the shelf, held ones included, committed ones not. */
  readonly stock: number;
  /** `stock` less what is held. Kept beside it, so that one guarded update can look and take. */
  readonly available: number;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/**
 * What an order has of a product, in some 100 bytes: of MongoDB's 16 MB for a document, orders that are not shipped yet
 * can fill 150,000 of one product. HELD until `expiresAt`; COMMITTED for good, and can be given back until the order ships.
 * RELEASED and SETTLED (it shipped) are marks, kept until `expiresAt`, for calls that were overtaken or are asked again.
 */
export interface Hold {
  readonly orderId: string;
  readonly quantity: number;
  readonly state: "HELD" | "COMMITTED" | "SETTLED" | "RELEASED";
  readonly expiresAt?: Date;
}

/** An adjustment as the product remembers it, so that making it again is safe. */
export interface AppliedAdjustment {
  readonly id: string;
  readonly availableAfter: number;
}

/** The whole document. */
export interface ProductDocument extends ProductRecord, Publishing {
  /** The viewer and idempotency key that made it, a digest of the input, and the stock that it began with. */
  readonly creation: { readonly scope: string; readonly digest: string; readonly stock: number };
  /** What it is found by: see search-tokens.ts. */
  readonly tokens: string[];
  /** Whether any is available, for the indexes of lists. Whoever changes `available` sets it in the same update. */
  readonly inStock: boolean;
  readonly holds: Hold[];
  /** The last hundred. */
  readonly adjustments: AppliedAdjustment[];
}

/** Reads leave out what only guards and workers need; it can be much longer than the rest. */
export const recordFields = {
  creation: 0,
  tokens: 0,
  inStock: 0,
  holds: 0,
  adjustments: 0,
  outbox: 0,
  outboxLease: 0,
} as const;

const embedded = { _id: false } as const;

const productSchema = new Schema<ProductDocument>(
  {
    _id: String,
    slug: String,
    name: String,
    nameKey: String,
    description: String,
    status: String,
    categoryId: String,
    priceMinor: Number,
    currency: String,
    attributes: [new Schema<ProductAttribute>({ name: String, value: String }, embedded)],
    images: [
      new Schema<StoredImage>(
        {
          id: String,
          uploadId: String,
          key: String,
          mediumKey: String,
          smallKey: String,
          alt: String,
          width: Number,
          height: Number,
          contentType: String,
          bytes: Number,
        },
        embedded,
      ),
    ],
    stock: Number,
    available: Number,
    version: Number,
    createdAt: Date,
    updatedAt: Date,
    creation: new Schema<ProductDocument["creation"]>({ scope: String, digest: String, stock: Number }, embedded),
    tokens: [String],
    inStock: Boolean,
    holds: [new Schema<Hold>({ orderId: String, quantity: Number, state: String, expiresAt: Date }, embedded)],
    adjustments: [new Schema<AppliedAdjustment>({ id: String, availableAfter: Number }, embedded)],
    ...outboxSchema,
  },
  { versionKey: false, autoIndex: false, strict: "throw", minimize: false },
);

productSchema.index({ slug: 1 }, { unique: true });
productSchema.index({ "creation.scope": 1 }, { unique: true });
// Lists: what is asked for exactly, then the order, then the id that makes the order total. One for each order, by what
// narrows a list down most: nothing, a category, a word or an attribute. See docs/adr/0016-indexes-of-lists.md.
const narrowings: Record<string, 1>[] = [{}, { categoryId: 1 }, { tokens: 1 }];
const orders: Record<string, 1>[] = [{}, { priceMinor: 1 }, { nameKey: 1 }];
for (const narrowing of narrowings) {
  for (const order of orders) productSchema.index({ ...narrowing, status: 1, inStock: 1, ...order, _id: 1 });
}
// Workers: holds that may have lapsed, events that wait. Documents without any are not in them.
productSchema.index({ "holds.expiresAt": 1 }, { sparse: true });
productSchema.index(outboxIndex, { sparse: true });

export type ProductModel = Model<ProductDocument>;

export function createProductModel(connection: Connection): ProductModel {
  return connection.model<ProductDocument>("Product", productSchema, "products");
}
