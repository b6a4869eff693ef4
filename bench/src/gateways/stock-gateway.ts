// Stock Apollo Gateway behind Apollo Server's own HTTP server. Run as `stock-gateway.js <supergraph file> <port>`.
import { readFileSync } from "node:fs";
import { ApolloGateway, type GraphQLDataSourceProcessOptions, RemoteGraphQLDataSource } from "@apollo/gateway";
import { ApolloServer } from "@apollo/server";
import { startStandaloneServer } from "@apollo/server/standalone";

const [supergraphFile = "", port = ""] = process.argv.slice(2);

interface Context {
  readonly authorization?: string | undefined;
}

class ForwardingDataSource extends RemoteGraphQLDataSource<Context> {
  override willSendRequest({ request, context }: GraphQLDataSourceProcessOptions<Context>): void {
    // While it loads the supergraph, the gateway itself asks, without a viewer.
    const { authorization } = context as Context;
    if (authorization !== undefined) request.http?.headers.set("authorization", authorization);
  }
}

const gateway = new ApolloGateway({
  supergraphSdl: readFileSync(supergraphFile, "utf8"),
  buildService: ({ url }) => new ForwardingDataSource({ url }),
});
void startStandaloneServer(new ApolloServer<Context>({ gateway }), {
  context: ({ req }) => Promise.resolve({ authorization: req.headers.authorization }),
  listen: { host: "127.0.0.1", port: Number(port) },
});
