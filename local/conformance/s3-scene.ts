import { type Client } from "minio";
import { createBucket, createClient } from "./s3-clients";
import { type S3Target, startS3UnderTest } from "./s3-process";

/** The server under test for all tests of a file, and a bucket for each of them. None of it before the tests run. */
export interface S3Scene {
  readonly target: S3Target;
  readonly client: Client;
  /** The bucket's name. */
  readonly bucket: string;
}

export function useS3(): S3Scene {
  let server: { target: S3Target; end: () => Promise<void> };
  let client: Client;
  let bucket: { name: string; remove: () => Promise<void> };
  beforeAll(async () => {
    server = await startS3UnderTest();
    client = createClient(server.target);
  });
  afterAll(() => server.end());
  beforeEach(async () => {
    bucket = await createBucket(client);
  });
  afterEach(() => bucket.remove());
  return {
    get target() {
      return server.target;
    },
    get client() {
      return client;
    },
    get bucket() {
      return bucket.name;
    },
  };
}
