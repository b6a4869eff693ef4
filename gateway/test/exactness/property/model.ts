import * as fc from "fast-check";

/**
 * What a case is made from: numbers that are taken modulo what there is to choose from, so that any of them, and any list
 * of them cut shorter, still means something. That is what lets fast-check shrink a case in all directions at once.
 */
export interface FieldModel {
  readonly base: number;
  readonly wrap: number;
  readonly args: number;
  readonly owner: number;
}

export interface EntityModel {
  readonly keys: readonly number[];
  readonly fields: readonly FieldModel[];
}

export interface InterfaceModel {
  readonly implementers: readonly number[];
  readonly fields: readonly FieldModel[];
}

export interface FeatureModel {
  readonly kind: "shareable" | "requires" | "provides" | "override" | "interfaceObject";
  readonly type: number;
  readonly field: number;
  readonly other: number;
  readonly argument: number;
}

/** A value that is not what it usually is, somewhere in the data. */
export interface OddityModel {
  readonly kind: "null" | "error" | "empty list" | "null item" | "failed item";
  readonly type: number;
  readonly record: number;
  readonly field: number;
}

export interface SelectionModel {
  readonly kind: "field" | "typename" | "inline fragment" | "bare fragment" | "spread";
  readonly pick: number;
  readonly alias: number;
  readonly argument: number;
  readonly condition: number;
  readonly selections: readonly SelectionModel[];
}

export interface FragmentModel {
  readonly on: number;
  readonly selections: readonly SelectionModel[];
}

export interface OperationModel {
  readonly isMutation: boolean;
  readonly introspection: number;
  readonly values: number;
  readonly fragments: readonly FragmentModel[];
  readonly selections: readonly SelectionModel[];
}

export interface CaseModel {
  readonly subgraphCount: number;
  readonly entities: readonly EntityModel[];
  /** The fields of objects without a key. */
  readonly values: readonly (readonly FieldModel[])[];
  readonly interfaces: readonly InterfaceModel[];
  readonly unions: readonly (readonly number[])[];
  readonly queries: readonly FieldModel[];
  readonly mutations: readonly FieldModel[];
  readonly features: readonly FeatureModel[];
  readonly oddities: readonly OddityModel[];
  readonly noise: number;
  readonly operations: readonly OperationModel[];
}

const pick = fc.nat({ max: 999 });

const field = fc.record<FieldModel>({ base: pick, wrap: pick, args: pick, owner: pick });

const feature = fc.record<FeatureModel>({
  kind: fc.constantFrom(
    "shareable",
    "requires",
    "provides",
    "override",
    "interfaceObject",
    "requires",
    "interfaceObject",
  ),
  type: pick,
  field: pick,
  other: pick,
  argument: pick,
});

const oddity = fc.record<OddityModel>({
  kind: fc.constantFrom("null", "error", "empty list", "null item", "failed item"),
  type: pick,
  record: pick,
  field: pick,
});

const selectionKind = fc.oneof(
  { weight: 12, arbitrary: fc.constant<SelectionModel["kind"]>("field") },
  { weight: 1, arbitrary: fc.constant<SelectionModel["kind"]>("typename") },
  { weight: 3, arbitrary: fc.constant<SelectionModel["kind"]>("inline fragment") },
  { weight: 1, arbitrary: fc.constant<SelectionModel["kind"]>("bare fragment") },
  { weight: 2, arbitrary: fc.constant<SelectionModel["kind"]>("spread") },
);

function selectionsOf(depth: number): fc.Arbitrary<SelectionModel> {
  return fc.record<SelectionModel>({
    kind: selectionKind,
    pick,
    alias: pick,
    argument: pick,
    condition: pick,
    selections: depth === 0 ? fc.constant([]) : fc.array(selectionsOf(depth - 1), { maxLength: 4 }),
  });
}

const selection = selectionsOf(5);

const operation = fc.record<OperationModel>({
  isMutation: fc.boolean(),
  introspection: pick,
  values: pick,
  fragments: fc.array(fc.record<FragmentModel>({ on: pick, selections: fc.array(selection, { maxLength: 4 }) }), {
    maxLength: 2,
  }),
  selections: fc.array(selection, { minLength: 1, maxLength: 4 }),
});

const graph = {
  features: fc.array(feature, { maxLength: 6, size: "max" }),
  oddities: fc.array(oddity, { maxLength: 4, size: "max" }),
  mutations: fc.array(field, { maxLength: 3 }),
  queries: fc.array(field, { minLength: 1, maxLength: 4 }),
  unions: fc.array(fc.array(pick, { minLength: 1, maxLength: 3 }), { maxLength: 1 }),
  interfaces: fc.array(
    fc.record<InterfaceModel>({
      implementers: fc.array(pick, { minLength: 1, maxLength: 3 }),
      fields: fc.array(field, { minLength: 1, maxLength: 2 }),
    }),
    { maxLength: 2 },
  ),
  values: fc.array(fc.array(field, { minLength: 1, maxLength: 4 }), { maxLength: 2 }),
  entities: fc.array(
    fc.record<EntityModel>({
      keys: fc.array(pick, { minLength: 1, maxLength: 3 }),
      fields: fc.array(field, { minLength: 1, maxLength: 6 }),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  subgraphCount: fc.integer({ min: 2, max: 4 }),
  noise: pick,
};

/** Shrunk in the order of its fields: operations first, since trying another one needs no other graph. */
export const anyCase: fc.Arbitrary<CaseModel> = fc.record<CaseModel>({
  operations: fc.array(operation, { minLength: 1, maxLength: 8 }),
  ...graph,
});
