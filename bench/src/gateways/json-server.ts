import { createServer, type IncomingMessage } from "node:http";

/** Serves POSTs of JSON text with JSON text, over node:http and nothing else. */
export function serveJson(port: number, answer: (body: string, authorization: string | undefined) => Promise<string>) {
  const server = createServer((request, response) => {
    readBody(request)
      .then((body) => answer(body, request.headers.authorization))
      .then(
        (text) => {
          const length = Buffer.byteLength(text);
          response.writeHead(200, { "content-type": "application/json", "content-length": length }).end(text);
        },
        () => response.writeHead(502).end(),
      );
  });
  server.keepAliveTimeout = 60_000; // longer than any pause between two rounds
  server.listen(port, "127.0.0.1");
}

function readBody(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (chunk: string) => (body += chunk));
    request.on("end", () => resolve(body));
    request.on("error", reject);
  });
}
