import { randomBytes } from "node:crypto";
import { type IncomingMessage, type ServerResponse } from "node:http";
import { type Duplex } from "node:stream";
import { pipeline } from "node:stream/promises";
import { S3Error } from "./errors";
import { type Answer } from "./operation";
import { element, errorDocument } from "./xml";

/** Any page may read and upload, within what signatures and policies allow: no cookies are at play here. */
function corsHeaders(message: IncomingMessage): Record<string, string> {
  if (message.headers.origin === undefined) return {};
  return {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "ETag, Location, Content-Range, Last-Modified, x-amz-request-id",
  };
}

/** What a browser asks before it sends a request to another origin. */
export function preflightAnswer(message: IncomingMessage): Answer {
  const wanted = message.headers["access-control-request-headers"];
  return {
    status: 204,
    headers: {
      ...corsHeaders(message),
      "access-control-allow-methods": "GET, HEAD, PUT, POST, DELETE",
      ...(wanted === undefined ? {} : { "access-control-allow-headers": wanted }),
      "access-control-max-age": "3000",
    },
  };
}

/** Sends an answer, its bytes as fast as they are taken. Rejects where the client leaves before the end. */
export async function sendAnswer(message: IncomingMessage, response: ServerResponse, answer: Answer): Promise<void> {
  const { status, headers = {}, body } = answer;
  response.writeHead(status, {
    ...corsHeaders(message),
    "x-amz-request-id": randomBytes(8).toString("hex").toUpperCase(),
    "x-content-type-options": "nosniff",
    ...headers,
    ...(typeof body === "string" ? { "content-length": Buffer.byteLength(body) } : {}),
  });
  if (body === undefined || message.method === "HEAD") response.end();
  else if (typeof body === "string") response.end(body);
  else await pipeline(body, response);
}

export function errorAnswer(error: S3Error): Answer {
  return { status: error.status, headers: { "content-type": "application/xml", ...error.headers }, body: toXml(error) };
}

function toXml({ code, message }: S3Error): string {
  return errorDocument([element("Code", code), element("Message", message)]);
}

/** Answers what is not even HTTP, and hangs up. */
export function refuseJunk(socket: Duplex): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const body = toXml(new S3Error("InvalidRequest", "The request is not valid HTTP"));
  socket.end(
    `HTTP/1.1 400 Bad Request\r\ncontent-type: application/xml\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
