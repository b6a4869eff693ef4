import { url } from "@shop/env";
import { z } from "zod";

/** What a service with pictures reads of its environment, in its config.ts. */
export const imageStoreEnvironment = z.object({
  S3_ENDPOINT: url("http", "https").default("http://127.0.0.1:9000").describe("Object store, as the services reach it"),
  S3_PUBLIC_URL: url("http", "https").optional().describe("Object store, as browsers reach it; S3_ENDPOINT by default"),
  S3_ACCESS_KEY: z.string().default("minioadmin").describe("Access key of the object store"),
  S3_SECRET_KEY: z
    .string()
    .default("minioadmin")
    .meta({ developmentDefault: "minioadmin" })
    .describe("Secret key of the object store"),
  S3_BUCKET: z
    .string()
    .default("shop")
    .describe("Bucket for images; what is under public/ in it can be read by anyone"),
});

export interface ImageStoreConfig {
  readonly endpoint: string;
  /** As browsers reach it. */
  readonly publicUrl: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly bucket: string;
}

export function toImageStoreConfig(values: z.infer<typeof imageStoreEnvironment>): ImageStoreConfig {
  return {
    endpoint: values.S3_ENDPOINT,
    publicUrl: values.S3_PUBLIC_URL ?? values.S3_ENDPOINT,
    accessKey: values.S3_ACCESS_KEY,
    secretKey: values.S3_SECRET_KEY,
    bucket: values.S3_BUCKET,
  };
}
