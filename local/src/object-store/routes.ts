import { type PolicyAction } from "./bucket-policy";
import { notImplemented, S3Error } from "./errors";
import { type Operation } from "./operation";
import {
  createBucket,
  deleteBucket,
  deleteBucketPolicy,
  getBucketLocation,
  getBucketPolicy,
  headBucket,
  listBuckets,
  putBucketPolicy,
} from "./operations/buckets";
import { copyObject } from "./operations/copying";
import { listObjects } from "./operations/listing";
import {
  abortMultipartUpload,
  completeMultipartUpload,
  createMultipartUpload,
  listMultipartUploads,
  listParts,
  uploadPart,
} from "./operations/multipart";
import { deleteObject, deleteObjects, getObject, headObject, putObject } from "./operations/objects";
import { postObject } from "./operations/post-object";
import { type S3Request } from "./request";

/** Who may: the owner alone, anybody whom the bucket's policy lets, or whoever has a form that the owner signed. */
export type Access = "OWNER" | "FORM" | PolicyAction;

export interface Route {
  readonly access: Access;
  readonly perform: Operation;
}

// By what is addressed, the method, and the subresource that a parameter or header names.
const routes: Readonly<Record<string, Route>> = {
  "service GET": { access: "OWNER", perform: listBuckets },
  "bucket GET": { access: "s3:ListBucket", perform: listObjects },
  "bucket HEAD": { access: "s3:ListBucket", perform: headBucket },
  "bucket PUT": { access: "OWNER", perform: createBucket },
  "bucket DELETE": { access: "OWNER", perform: deleteBucket },
  "bucket POST": { access: "FORM", perform: postObject },
  "bucket POST delete": { access: "OWNER", perform: deleteObjects },
  "bucket GET location": { access: "s3:GetBucketLocation", perform: getBucketLocation },
  "bucket GET policy": { access: "OWNER", perform: getBucketPolicy },
  "bucket PUT policy": { access: "OWNER", perform: putBucketPolicy },
  "bucket DELETE policy": { access: "OWNER", perform: deleteBucketPolicy },
  "bucket GET uploads": { access: "OWNER", perform: listMultipartUploads },
  "object GET": { access: "s3:GetObject", perform: getObject },
  "object HEAD": { access: "s3:GetObject", perform: headObject },
  "object PUT": { access: "s3:PutObject", perform: putObject },
  "object PUT x-amz-copy-source": { access: "OWNER", perform: copyObject },
  "object DELETE": { access: "s3:DeleteObject", perform: deleteObject },
  "object POST uploads": { access: "OWNER", perform: createMultipartUpload },
  "object GET uploadId": { access: "OWNER", perform: listParts },
  "object PUT uploadId": { access: "OWNER", perform: uploadPart },
  "object POST uploadId": { access: "OWNER", perform: completeMultipartUpload },
  "object DELETE uploadId": { access: "OWNER", perform: abortMultipartUpload },
};

/** The parameters by which S3 tells operations apart. All others (a browser's `?v=2`) say nothing about the operation. */
const subresources = new Set(
  [
    "accelerate acl analytics attributes cors delete encryption intelligent-tiering inventory legal-hold lifecycle",
    "location logging metadataTable metrics notification object-lock ownershipControls partNumber policy policyStatus",
    "publicAccessBlock renameObject replication requestPayment restore retention select select-type session tagging",
    "torrent uploadId uploads versionId versioning versions website",
  ].flatMap((line) => line.split(" ")),
);

/**
 * Finds the operation that a request asks for.
 * @throws S3Error NotImplemented, naming it, for what S3 has and this server has not
 */
export function findRoute(request: S3Request): Route {
  const level = request.bucket === "" ? "service" : request.key === "" ? "bucket" : "object";
  const named = request.query.map(([name]) => name).filter((name) => subresources.has(name));
  if (level === "object" && "x-amz-copy-source" in request.headers) named.push("x-amz-copy-source");
  // A part's number goes with its upload's id, and means nothing else to us.
  const variant = named.includes("uploadId") ? named.filter((name) => name !== "partNumber") : named;
  const name = [level, request.method, ...variant.sort()].join(" ");
  const route = routes[name];
  if (route !== undefined) return route;
  if (variant.length > 0) throw notImplemented(`The operation "${name}"`);
  throw new S3Error("MethodNotAllowed", `${request.method} is not allowed on this resource`);
}
