import { ApolloGateway } from "@apollo/gateway";
import { type ApolloServerOptionsWithGateway } from "@apollo/server";
import { type Logger, type TraceSpan } from "@shop/telemetry";
import { type GraphQLSchema, type OperationDefinitionNode } from "graphql";
import { type Engine } from "./execution/engine";
import { type InFlight } from "./execution/in-flight";
import { type Outcome } from "./execution/outcome";
import { type RequestContext } from "./request-context";
import { type SupergraphSource } from "./supergraph";

type GatewayInterface = ApolloServerOptionsWithGateway<RequestContext>["gateway"];
type Executor = NonNullable<Awaited<ReturnType<GatewayInterface["load"]>>["executor"]>;

/**
 * Apollo Gateway for what it is good at, loading a supergraph and the next one while requests run, with our engine in place
 * of its execution: what Apollo Server validated against a schema runs on the engine of that schema.
 */
export function createApolloGateway(options: {
  readonly supergraph: SupergraphSource;
  readonly inFlight: InFlight;
  readonly log: Logger;
}): GatewayInterface {
  const { supergraph } = options;
  const gateway = new ApolloGateway({
    supergraphSdl: supergraph.manager,
    buildService: () => ({
      process: () => {
        throw new Error("The engine fetches by itself.");
      },
    }),
    logger: options.log,
  });
  const bySchema = new WeakMap<GraphQLSchema, Engine>();

  const execute = ({ schema, document, request, ...args }: Parameters<Executor>[0]): Promise<Outcome> => {
    const context = args.context as RequestContext;
    const engine = bySchema.get(schema);
    if (engine === undefined) throw new Error("An operation was validated against a schema that was never loaded.");
    const operation = engine.prepare(document, request.operationName);
    nameOperation(context.span, operation.operation);
    return options.inFlight.execute(engine, operation, request.variables ?? {}, context);
  };

  return {
    load: async (config) => {
      const { schema } = await gateway.load(config);
      return { schema, executor: execute };
    },
    onSchemaLoadOrUpdate: (callback) =>
      gateway.onSchemaLoadOrUpdate(({ coreSupergraphSdl }) => {
        const loaded = supergraph.find(coreSupergraphSdl);
        bySchema.set(loaded.schema, loaded.engine);
        callback({ apiSchema: loaded.schema, coreSupergraphSdl });
      }),
    stop: () => gateway.stop(),
  };
}

function nameOperation(span: TraceSpan | undefined, { operation, name }: OperationDefinitionNode): void {
  if (span?.isRecorded !== true) return;
  span.set({ "graphql.operation.type": operation, "graphql.operation.name": name?.value ?? "" });
}
