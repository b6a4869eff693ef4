import { type Field, keyFieldNames, leafTypes, type ObjectType } from "./world";

/** What a subgraph is to a field of its SDL; one that does not own it must never be asked for it. */
export type Role = "owner" | "external" | "overridden";

export const subgraphName = (index: number): string => `s${index}`;

/** A field that another one needs, with the arguments that it needs it with. */
export interface Requirement {
  readonly field: string;
  readonly argsText: string;
  /** The leaf fields that are read of it, where it is an object. */
  readonly inner: readonly string[];
}

export interface InterfaceObject {
  readonly subgraph: string;
  readonly name: string;
  readonly field: Field;
  readonly query: Field;
}

/** What the features of federation change about a plain split: each field answered by one subgraph, known by keys alone. */
export interface Features {
  /** `Type.field` to the subgraphs that answer it; of the others it is the field's own `owner`. */
  readonly owners: Map<string, Set<number>>;
  readonly shared: Set<string>;
  /** `subgraph.Type.field` of what a subgraph declares without answering it. */
  readonly roles: Map<string, Role>;
  /** `subgraph.Type.field` to the directives there. */
  readonly directives: Map<string, string[]>;
  /** By `Type.field`. */
  readonly requirements: Map<string, Requirement[]>;
  /** `subgraph.Type.field` to the fields that come with what it returns. */
  readonly provided: Map<string, string[]>;
  readonly interfaceObjects: InterfaceObject[];
  readonly interfaceObjectFields: Set<string>;
  readonly keyedInterfaces: Set<string>;
  readonly keyedTypes: Set<string>;
}

/** Whether a field is an entity's own: no part of a key, and not there for an interface. */
export function isPlain(type: ObjectType, field: Field): boolean {
  return !keyFieldNames(["id upc kind ref"]).has(field.name) && !/^io?\d/.test(field.name) && type.keys.length > 0;
}

export const isLeaf = ({ type }: Field): boolean => leafTypes.includes(type.name);

export function addDirective(features: Features, place: string, directive: string): void {
  const there = features.directives.get(place) ?? [];
  if (!there.includes(directive)) features.directives.set(place, [...there, directive]);
}
