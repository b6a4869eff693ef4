import { startTcpGate } from "@shop/subgraph-server/testing";
import { mongo } from "mongoose";

/** The way to a store, with an ear for the lists that are asked of it. */
export interface OverheardFinds {
  readonly url: string;
  /** The finds in the products since this was last called, as the service sent them. */
  take(): mongo.BSON.Document[];
  stop(): Promise<void>;
}

const opMsg = 2013;
const opCodeAt = 12;
const commandAt = 21; // after the header, the flags, and the kind of the first section

export async function overhearFinds(mongoUrl: string): Promise<OverheardFinds> {
  let finds: mongo.BSON.Document[] = [];
  const gate = await startTcpGate(mongoUrl, () => {
    let buffered = Buffer.alloc(0);
    const sent = (chunk: Buffer): void => {
      buffered = Buffer.concat([buffered, chunk]);
      for (let length; buffered.length >= 4 && buffered.length >= (length = buffered.readInt32LE(0));) {
        const message = buffered.subarray(0, length);
        buffered = buffered.subarray(length);
        if (message.readInt32LE(opCodeAt) !== opMsg) continue;
        const body = message.subarray(commandAt, commandAt + message.readInt32LE(commandAt));
        const command = mongo.BSON.deserialize(body, { promoteValues: false });
        if (isList(command)) finds.push(command);
      }
    };
    return { sent };
  });
  const url = new URL(gate.url);
  url.searchParams.set("directConnection", "true"); // else the driver goes where the server says that it is
  return {
    url: url.href,
    take: () => {
      const taken = finds;
      finds = [];
      return taken;
    },
    stop: () => gate.stop(),
  };
}

/** Workers look for products too, by less. */
function isList({ find, filter, limit }: mongo.BSON.Document): boolean {
  return find === "products" && limit !== undefined && Object.hasOwn(filter as object, "$and");
}

/** How a store answers one find. */
export interface ReadPlan {
  /** Empty where the server does not tell. */
  readonly indexes: readonly string[];
  readonly scansCollection: boolean;
  /** Whether all that is found is sorted before the first of it is answered. */
  readonly sorts: boolean;
  readonly documentsExamined: number;
}

export async function explainFind(database: mongo.Db, find: mongo.BSON.Document): Promise<ReadPlan> {
  const asked = Object.fromEntries(["find", "filter", "sort", "limit"].map((field) => [field, find[field] as unknown]));
  const explained = await database.command({ explain: asked, verbosity: "executionStats" });
  const plan = explained["queryPlanner"] as { winningPlan?: object } | undefined;
  const stages = [...stagesOf(plan?.winningPlan)];
  const { totalDocsExamined } = (explained["executionStats"] ?? {}) as { totalDocsExamined?: number };
  return {
    indexes: [...new Set(stages.flatMap(({ indexName }) => (typeof indexName === "string" ? [indexName] : [])))],
    scansCollection: stages.some(({ stage }) => stage === "COLLSCAN"),
    sorts: stages.some(({ stage }) => stage === "SORT"),
    documentsExamined: totalDocsExamined ?? Number.NaN,
  };
}

interface Stage {
  readonly stage?: string;
  readonly indexName?: string;
}

/** All stages of a plan, however they are nested. */
function* stagesOf(plan: unknown): Generator<Stage> {
  if (typeof plan !== "object" || plan === null) return;
  if ("stage" in plan) yield plan as Stage;
  for (const part of Object.values(plan)) yield* stagesOf(part);
}
