import { retryUntilReady } from "@shop/lifecycle";
import { type Logger } from "@shop/telemetry";
import { createConnection, mongo, type Model, Schema } from "mongoose";
import { type CategoryModel, createCategoryModel } from "./category-model";
import { createProductModel, type ProductModel } from "./product-model";
import { observePool } from "./store-metrics";

/**
 * An entry of the stock's ledger. PENDING until the product has it. What a product ever received is its `creation.stock`
 * and the deltas that are APPLIED; entries stay for good.
 */
export interface AdjustmentDocument {
  readonly _id: string;
  /** The viewer and idempotency key that made it, and a digest of the input. */
  readonly scope: string;
  readonly digest: string;
  readonly productId: string;
  /** Who made it. */
  readonly actorId: string;
  readonly delta: number;
  readonly reason: string;
  readonly state: "PENDING" | "APPLIED" | "REFUSED";
  /** Units that could be ordered right after it; of a refused one, when it was refused. Null while PENDING. */
  readonly availableAfter: number | null;
  readonly createdAt: Date;
}

/** That something of an upload may be in the image store: see UploadNote of @shop/images. */
export interface UploadDocument {
  readonly _id: string;
  readonly productId: string;
  readonly notedAt: Date;
}

export interface LeaseDocument {
  readonly _id: string;
  readonly owner: string;
  readonly until: Date;
}

/** A step that the database was brought up to date by: see store-steps.ts. */
export interface StepDocument {
  readonly _id: string;
  /** How far it has come; null when it is done. */
  readonly reached: string | null;
}

/** The service's database. */
export interface Store {
  readonly products: ProductModel;
  readonly categories: CategoryModel;
  readonly adjustments: Model<AdjustmentDocument>;
  readonly uploads: Model<UploadDocument>;
  readonly leases: Model<LeaseDocument>;
  readonly steps: Model<StepDocument>;
  /** Rejects while MongoDB does not answer. */
  ping: () => Promise<unknown>;
  close(): Promise<void>;
}

const plain = { versionKey: false, autoIndex: false, strict: "throw" } as const;

const adjustmentSchema = new Schema<AdjustmentDocument>(
  {
    _id: String,
    scope: String,
    digest: String,
    productId: String,
    actorId: String,
    delta: Number,
    reason: String,
    state: String,
    availableAfter: Number,
    createdAt: Date,
  },
  plain,
);
adjustmentSchema.index({ scope: 1 }, { unique: true });
adjustmentSchema.index({ productId: 1, _id: -1 });
// Workers: what a killed call left behind.
adjustmentSchema.index({ createdAt: 1 }, { partialFilterExpression: { state: "PENDING" } });

const uploadSchema = new Schema<UploadDocument>({ _id: String, productId: String, notedAt: Date }, plain);
uploadSchema.index({ notedAt: 1 });
uploadSchema.index({ productId: 1 });

const leaseSchema = new Schema<LeaseDocument>({ _id: String, owner: String, until: Date }, plain);
// What a killed holder left behind goes by itself.
leaseSchema.index({ until: 1 }, { expireAfterSeconds: 60 });

const stepSchema = new Schema<StepDocument>({ _id: String, reached: String }, plain);

/** How long the store is waited for. */
export interface Patience {
  /** How long one operation may be without an answer, in milliseconds. */
  readonly operationMs: number;
  /** Ends the wait for a server that does not answer, or lets nobody in. */
  readonly signal?: AbortSignal;
}

export const patienceOfServices: Patience = { operationMs: 2_000 };

/**
 * Connects to MongoDB.
 * @param patience without a signal in it the server is waited for as long as it takes
 * @throws the signal's AbortError
 */
export async function openStore(mongoUrl: string, log: Logger, patience = patienceOfServices): Promise<Store> {
  const connection = createConnection();
  // Of reads: what no index serves well enough ends at the store as well, before the driver gives the connection up.
  connection.set("maxTimeMS", 1_500);
  const options = {
    // Together, as the driver tries an operation again once: a frozen store becomes an error within 5 s, not a wait.
    socketTimeoutMS: patience.operationMs,
    serverSelectionTimeoutMS: 2_500,
    connectTimeoutMS: patience.operationMs, // the driver's own look at the server, every 10 s, goes by it too
    maxPoolSize: 50,
    autoIndex: false,
    autoCreate: false,
  };
  const store = {
    products: createProductModel(connection),
    categories: createCategoryModel(connection),
    adjustments: connection.model<AdjustmentDocument>("Adjustment", adjustmentSchema, "stock_adjustments"),
    uploads: connection.model<UploadDocument>("Upload", uploadSchema, "uploads"),
    leases: connection.model<LeaseDocument>("Lease", leaseSchema, "leases"),
    steps: connection.model<StepDocument>("Step", stepSchema, "steps"),
  };
  try {
    await retryUntilReady("MongoDB", () => connection.openUri(mongoUrl, options), log, patience.signal);
  } catch (error) {
    await connection.destroy();
    throw error;
  }
  const withdraw = observePool(connection.getClient());
  return {
    ...store,
    ping: () => connection.getClient().db().command({ ping: 1 }),
    close: async () => {
      withdraw();
      await connection.close();
    },
  };
}

/** The server's code for a unique index that has a key already. */
export const duplicateKey = 11_000;

/** Whether a write failed because a unique index has its key already. */
export function isDuplicateKey(error: unknown): boolean {
  return error instanceof mongo.MongoServerError && error.code === duplicateKey;
}
