import { type Arbitrary } from "fast-check";
import { anyCase, type CaseModel, type FeatureModel, type FieldModel } from "./model";

/**
 * Cases full of chains of `@requires` that come back to a subgraph they went through: few subgraphs, entities of six fields, most
 * of them leaves, that have the subgraphs for owners in turn. Without oddities, which would end chains early.
 */
export const caseOfChains: Arbitrary<CaseModel> = anyCase.map((model) => {
  const chain = (turn: number): FeatureModel => ({
    kind: "requires",
    type: model.noise + turn,
    field: model.noise + 7 * turn,
    other: model.noise + 3 * turn,
    argument: 4 * turn + 1, // see requires.ts
  });
  const toLink = (field: FieldModel, index: number): FieldModel => ({
    ...field,
    base: index % 3 === 0 ? field.base : 2 * field.base,
    owner: index + (model.noise % 2) * (index % 3),
  });
  return {
    ...model,
    subgraphCount: 2 + (model.noise % 2),
    oddities: [],
    features: [...[0, 1, 2].map(chain), ...model.features],
    entities: model.entities.map(({ keys, fields }) => ({
      keys,
      fields: [...fields, ...fields, ...fields, ...fields, ...fields, ...fields].slice(0, 6).map(toLink),
    })),
  };
});
