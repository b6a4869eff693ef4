import { parseBucketPolicy } from "../bucket-policy";
import { S3Error } from "../errors";
import { type Operation, requireBucket, xmlAnswer } from "../operation";
import { readPayload } from "../payload";
import { element, xmlDocument } from "../xml";

const maxDocumentBytes = 64 * 1024;
const maxPolicyBytes = 20 * 1024;

export const listBuckets: Operation = ({ store, owner }) => {
  const buckets = store.buckets
    .list()
    .map(({ name, createdAt }) => element("Bucket", [element("Name", name), element("CreationDate", createdAt)]));
  return xmlAnswer(
    xmlDocument("ListAllMyBucketsResult", [
      element("Owner", [element("ID", owner.accessKey), element("DisplayName", owner.accessKey)]),
      element("Buckets", buckets),
    ]),
  );
};

export const createBucket: Operation = async ({ store, request, message, caller }) => {
  await readPayload(request, message, caller, maxDocumentBytes); // it could name a region: there is one only
  if (store.buckets.get(request.bucket) !== undefined) {
    throw new S3Error("BucketAlreadyOwnedByYou", "The bucket exists already, and is yours");
  }
  store.buckets.create(request.bucket);
  return { status: 200, headers: { location: `/${request.bucket}` } };
};

export const headBucket: Operation = (context) => {
  requireBucket(context);
  return { status: 200 };
};

export const deleteBucket: Operation = async (context) => {
  const { store } = context;
  const { name } = requireBucket(context);
  if (!(await store.buckets.remove(name))) throw new S3Error("BucketNotEmpty", "The bucket is not empty");
  for (const upload of store.uploads.list(name)) await store.uploads.remove(upload.id);
  return { status: 204 };
};

/** The default region, which S3 writes as nothing at all. */
export const getBucketLocation: Operation = (context) => {
  requireBucket(context);
  return xmlAnswer(xmlDocument("LocationConstraint", []));
};

export const getBucketPolicy: Operation = (context) => {
  const policy = requireBucket(context).policy();
  if (policy === undefined) throw new S3Error("NoSuchBucketPolicy", "The bucket policy does not exist");
  return { status: 200, headers: { "content-type": "application/json" }, body: policy.text };
};

export const putBucketPolicy: Operation = async (context) => {
  const { request, message, caller } = context;
  const bucket = requireBucket(context);
  bucket.setPolicy(parseBucketPolicy(await readPayload(request, message, caller, maxPolicyBytes), bucket.name));
  return { status: 204 };
};

export const deleteBucketPolicy: Operation = (context) => {
  requireBucket(context).setPolicy(undefined);
  return { status: 204 };
};
