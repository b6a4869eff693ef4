import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo } from "node:net";
import { type ExecutionResult, graphql, type GraphQLSchema } from "graphql";
import { type SubgraphName } from "./schemas";
import { type Traffic } from "./traffic";

export interface MemoisedSubgraph {
  readonly name: SubgraphName;
  readonly server: Server;
  readonly port: number;
  /** How long each answer is held back, in milliseconds. */
  delayMs: number;
}

interface GraphqlRequest {
  readonly query: string;
  readonly operationName?: string | null;
  readonly variables?: Record<string, unknown> | null;
}

/** More different bodies than a benchmark sends; past it something varies that should not. */
const maxAnswers = 1_000;

/**
 * A subgraph that computes an answer once for each request body and repeats it from memory, so that it costs next to
 * nothing beside the gateway that is measured.
 */
export async function startMemoisedSubgraph(
  name: SubgraphName,
  schema: GraphQLSchema,
  traffic: Traffic,
): Promise<MemoisedSubgraph> {
  const answers = new Map<string, Promise<Buffer>>();

  const compute = async (body: string): Promise<Buffer> => {
    const { query, operationName, variables } = JSON.parse(body) as GraphqlRequest;
    const result: ExecutionResult = await graphql({ schema, source: query, operationName, variableValues: variables });
    return Buffer.from(JSON.stringify(result));
  };

  const answer = (body: string): Promise<Buffer> => {
    const known = answers.get(body);
    if (known !== undefined) return known;
    if (answers.size >= maxAnswers) throw new Error(`${name} was sent more than ${maxAnswers} different requests.`);
    const computed = compute(body);
    answers.set(body, computed);
    return computed;
  };

  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    traffic.count(name, request.headers.authorization);
    const body = await answer(Buffer.concat(chunks).toString());
    const send = (): void => {
      response.writeHead(200, { "content-type": "application/json", "content-length": body.length }).end(body);
    };
    if (subgraph.delayMs > 0) setTimeout(send, subgraph.delayMs);
    else send();
  };

  const server = createServer((request, response) => {
    respond(request, response).catch((error: unknown) => {
      process.stderr.write(`${name}: ${String(error)}\n`);
      response.writeHead(500).end();
    });
  });
  server.keepAliveTimeout = 60_000; // longer than any pause between two rounds
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const subgraph: MemoisedSubgraph = { name, server, port: (server.address() as AddressInfo).port, delayMs: 0 };
  return subgraph;
}
