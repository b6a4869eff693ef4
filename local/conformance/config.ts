/** What the suites run against in place of a stand-in of their own; set by run.mjs. */
export const given = {
  /** host:port of a broker. */
  kafka: process.env["CONFORMANCE_KAFKA"],
  /** URL of a server, without a database's name. */
  mongo: process.env["CONFORMANCE_MONGO"],
  /** redis://host:port */
  redis: process.env["CONFORMANCE_REDIS"],
  /** http://accessKey:secretKey@host:port */
  s3: process.env["CONFORMANCE_S3"],
};
