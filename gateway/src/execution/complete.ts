import {
  getNamedType,
  getNullableType,
  GraphQLError,
  type GraphQLOutputType,
  isLeafType,
  isListType,
  isNonNullType,
} from "graphql";
import { toClientPath } from "./client-path";
import { fits, leafKind } from "./leaf-values";
import { isObject, type JsonObject, put } from "./merge";
import { type Fetched, type FetchError, type Outcome, type Reason } from "./outcome";
import { createPathSet } from "./path-set";
import { type FieldShape, type ObjectShape } from "./shapes";

/** Null where it may not be: it takes the next object or list above with it. */
const invalid = Symbol("invalid");
/** An entity that its subgraph does not know. */
const unknown = Symbol("unknown");

/**
 * Shapes fetched data into an answer as GraphQL's specification has it (6.4.3, 6.4.4): null goes up to the next place that
 * may be null, and each null that stands for something else has an error that says so. Exact, and slower than the compiled
 * shaper, which handles what is without a flaw.
 */
export function complete(shape: ObjectShape, fetched: Fetched): Outcome {
  const errors: CompletionError[] = fetched.errors.map((error) => ({
    ...error,
    path: toClientPath(shape, fetched.data, error.path),
  }));
  const explained = createPathSet(errors.map(({ path }) => path));
  const path: (string | number)[] = [];

  const report = (message: string, extensions: FetchError["extensions"], gap?: Gap): void => {
    explained.add(path);
    errors.push({ message, path: [...path], extensions, gap });
  };

  const completeObject = (shape: ObjectShape, object: JsonObject): unknown => {
    const result: JsonObject = {};
    const before = errors.length;
    for (const field of shape.fields) {
      path.push(field.key);
      const beforeField = errors.length;
      const value = completeField(shape, object, field);
      path.pop();
      if (value === invalid || value === unknown) {
        // What else was missing from an object that is null is of no interest.
        errors.splice(before, beforeField - before);
        return value === unknown ? unknown : null;
      }
      put(result, field.key, value);
    }
    return result;
  };

  const completeField = (shape: ObjectShape, object: JsonObject, field: FieldShape): unknown => {
    if (field.name === "__typename") {
      if (!shape.isConcrete) misfit();
      return shape.isConcrete ? shape.typeName : invalid;
    }
    const value = Object.hasOwn(object, field.dataKey) ? object[field.dataKey] : undefined;
    if (field.name.startsWith("__")) return value;
    if (value !== undefined) return completeValue(field.type, field, value);
    const reason = fetched.gaps.get(object)?.get(field.dataKey);
    if (reason?.kind === "UNKNOWN_ENTITY") return isNonNullType(field.type) ? unknown : null;
    reportMissing(field, reason);
    return isNonNullType(field.type) ? invalid : null;
  };

  const reportMissing = (field: FieldShape, reason: Gap["reason"] | undefined): void => {
    if (explained.touches(path)) return;
    if (reason === undefined) report("This field could not be resolved.", internal);
    else report(reason.message, reason.extensions, { reason, field });
  };

  const completeValue = (type: GraphQLOutputType, field: FieldShape, value: unknown): unknown => {
    const completed = value === null ? null : completePresent(getNullableType(type), field, value);
    const result = completed === unknown ? null : completed;
    if (result !== null || !isNonNullType(type)) return result;
    if (!explained.touches(path)) report("This field has no value, and it must have one.", internal);
    return invalid;
  };

  const completePresent = (type: GraphQLOutputType, field: FieldShape, value: unknown): unknown => {
    if (isListType(type)) {
      if (!Array.isArray(value)) return misfit();
      return completeList(type.ofType as GraphQLOutputType, field, value);
    }
    if (isLeafType(type)) return fits(leafKind(type), value) ? value : misfit();
    if (!isObject(value)) return misfit();
    const shape = shapeOf(field, value);
    if (shape === undefined) return misfit();
    const lost = shape.isConcrete ? undefined : reasonBeyond(shape, fetched.gaps.get(value));
    if (lost === undefined) return completeObject(shape, value);
    // What the object really is was to be told with the fields that did not come.
    if (lost.kind === "UNKNOWN_ENTITY") return null;
    reportMissing(field, lost);
    return lost.scope === "ENTITY" ? null : completeObject(shape, value);
  };

  const completeList = (type: GraphQLOutputType, field: FieldShape, list: readonly unknown[]): unknown => {
    const results: unknown[] = [];
    for (const [index, element] of list.entries()) {
      path.push(index);
      const result = completeValue(type, field, element);
      path.pop();
      if (result === invalid) return null;
      results.push(result);
    }
    return results;
  };

  const misfit = (): null => {
    report("This field's value does not fit its type.", internal);
    return null;
  };

  const data = completeObject(shape, fetched.data);
  return {
    data: isObject(data) ? data : null,
    ...(errors.length === 0 ? {} : { errors: withoutRepeats(errors).map(toError) }),
  };
}

interface Gap {
  readonly reason: Extract<Reason, { kind: "FAILED" }>;
  readonly field: FieldShape;
}

interface CompletionError extends FetchError {
  readonly gap?: Gap | undefined;
}

/**
 * One error for a field that a whole fetch failed to bring, however many objects lack it; and none twice that several fetches
 * have met.
 */
function withoutRepeats(errors: readonly CompletionError[]): CompletionError[] {
  const told = new Map<Reason, Set<FieldShape>>();
  const seen = new Set<string>();
  return errors.filter(({ gap, message, path }) => {
    if (gap?.reason.scope !== "FETCH") {
      const text = JSON.stringify([path, message]);
      return !seen.has(text) && seen.add(text);
    }
    const fields = told.get(gap.reason) ?? new Set();
    const isRepeat = fields.has(gap.field);
    told.set(gap.reason, fields.add(gap.field));
    return !isRepeat;
  });
}

const internal = { code: "INTERNAL_SERVER_ERROR" };

/** Why fields are missing that the shape, an interface's, does not have. */
function reasonBeyond({ fields }: ObjectShape, gaps: ReadonlyMap<string, Reason> | undefined): Reason | undefined {
  if (gaps === undefined) return undefined;
  return [...gaps].find(([key]) => !fields.some(({ dataKey }) => dataKey === key))?.[1];
}

function shapeOf({ shapes, isAbstract, type }: FieldShape, object: JsonObject): ObjectShape | undefined {
  if (!isAbstract) return shapes.values().next().value;
  const typeName = object["__typename"] ?? getNamedType(type).name;
  return typeof typeName === "string" ? shapes.get(typeName) : undefined;
}

function toError({ message, path, extensions }: CompletionError): GraphQLError {
  return new GraphQLError(message, { extensions, ...(path.length === 0 ? {} : { path }) });
}
