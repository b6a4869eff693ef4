import { type GraphQLInputType, isEnumType, isInputObjectType, isListType, isNonNullType } from "graphql";
import { take } from "./world";

/** A literal for an input type; `inside` may put a variable in place of a field of an input object. */
export function inputText(type: GraphQLInputType, pick: number, inside?: (type: GraphQLInputType) => string): string {
  if (isNonNullType(type)) return inputText(type.ofType, pick, inside);
  if (isListType(type)) return pick % 3 === 0 ? inputText(type.ofType, pick) : `[${inputText(type.ofType, pick)}, "u"]`;
  if (isEnumType(type)) return take(type.getValues(), pick).name;
  if (isInputObjectType(type)) {
    const { color, min, within } = type.getFields();
    if (color === undefined || min === undefined || within === undefined) throw new Error("Not the filter.");
    const parts = [
      ...(pick % 2 === 0 ? [`min: ${pick % 3}`] : []),
      ...(pick % 3 === 0 ? [`color: ${inside === undefined ? "GREEN" : inside(color.type)}`] : []),
      ...(pick % 4 === 1 ? [`within: { tags: ["", "w"], min: null }`] : []),
    ];
    return `{ ${parts.join(", ")} }`;
  }
  return type.name === "Int" ? String(pick % 4) : take(['""', '"x"'], pick);
}

/** A variable's value for an input type. */
export function inputValue(type: GraphQLInputType, pick: number): unknown {
  if (isNonNullType(type)) return inputValue(type.ofType, pick);
  if (isListType(type)) return pick % 3 === 0 ? [] : [inputValue(type.ofType, pick), ""];
  if (isEnumType(type)) return take(type.getValues(), pick).name;
  if (isInputObjectType(type)) {
    return {
      ...(pick % 2 === 0 ? { min: pick % 3 } : {}),
      ...(pick % 3 === 0 ? { color: "BLUE", within: { tags: [] } } : {}),
    };
  }
  return type.name === "Int" ? pick % 4 : take(["", "x"], pick);
}
