import { isDeepStrictEqual } from "node:util";
import { gateways } from "./gateways/gateways";
import { type Rig } from "./rig";
import { postQuery, type RunningGateway } from "./running-gateway";
import { type HttpScenario } from "./scenarios";
import { createCatalogue } from "./subgraphs/catalogue";
import { subgraphNames } from "./subgraphs/schemas";
import { type TrafficCounts } from "./subgraphs/traffic";
import { answerFromCatalogue } from "./subgraphs/supergraph";

const viewers = 20;

/**
 * Checks what makes a measurement worth anything: the answer is what one server with all the data would answer, to each of
 * several viewers at once, and each viewer's Authorization reaches every subgraph that is asked.
 * @throws where it is not so
 */
export async function verifyGateway({ name, url }: RunningGateway, scenario: HttpScenario, rig: Rig): Promise<void> {
  const reference = await answerFromCatalogue(rig.apiSchema, createCatalogue(), scenario.query);
  const expected: unknown = JSON.parse(JSON.stringify(reference));
  await rig.subgraphs("takeTraffic");
  const answers = await Promise.all(
    Array.from({ length: viewers }, (_, index) => postQuery(url, scenario.query, `Bearer verified-${index}`)),
  );
  const isRight = ({ status, text }: { status: number; text: string }): boolean =>
    status === 200 && isDeepStrictEqual(JSON.parse(text), expected);
  if (!answers.every(isRight)) throw new Error(`${gateways[name].title} gives another answer than one server would.`);
  requireAuthorizations(name, await rig.subgraphs("takeTraffic"), viewers);
}

/** @throws unless so many different Authorization headers reached every subgraph that was asked at all */
export function requireAuthorizations(name: RunningGateway["name"], traffic: TrafficCounts, expected: number): void {
  const counts = subgraphNames.map((subgraph) => traffic.authorizations[subgraph]).filter((count) => count > 0);
  if (traffic.anonymous > 0 || counts.length === 0 || counts.some((count) => count !== expected)) {
    throw new Error(`${gateways[name].title} does not pass every viewer's Authorization on to the subgraphs.`);
  }
}
