// node ready.mjs <url>, the health check of every container: ends with 0 where it answers 200 or, as tcp://, takes connections.
import { get } from "node:http";
import { connect } from "node:net";

const url = new URL(process.argv[2]);
const endWith = (ready) => process.exit(ready ? 0 : 1);
const asked =
  url.protocol === "tcp:"
    ? connect(Number(url.port), url.hostname, () => endWith(true))
    : get(url, ({ statusCode }) => endWith(statusCode === 200));
asked.on("error", () => endWith(false));
