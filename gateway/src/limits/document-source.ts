import { Lexer, Source, TokenKind } from "graphql";
import { type OperationLimits } from "../config";
import { tooComplex } from "./too-complex";

/**
 * Braces, brackets and parentheses within each other. Parsing, validation and planning recurse over them; the deepest
 * selection that is allowed, with an inline fragment and an object at each level, stays below.
 */
const maxNesting = 100;

/**
 * Reads a document's tokens one by one, so that nothing that recurses meets a document which is too long or too deep.
 * @throws TOO_COMPLEX; a GraphQLError without a code where a token cannot be read
 */
export function requireModestSource(text: string, limits: OperationLimits): void {
  if (text.length > limits.maxDocumentLength) {
    throw tooComplex(`is longer than ${limits.maxDocumentLength} characters`);
  }
  const lexer = new Lexer(new Source(text));
  let tokens = 0;
  let nesting = 0;
  let directives = 0;
  while (lexer.advance().kind !== TokenKind.EOF) {
    tokens += 1;
    nesting += nestingOf[lexer.token.kind] ?? 0;
    if (lexer.token.kind === TokenKind.AT) directives += 1;
    if (tokens > limits.maxTokens) throw tooComplex(`has more than ${limits.maxTokens} tokens`);
    if (nesting > maxNesting) throw tooComplex(`is nested more than ${maxNesting} brackets deep`);
    if (directives > limits.maxDirectives) throw tooComplex(`has more than ${limits.maxDirectives} directives`);
  }
}

const nestingOf: Readonly<Partial<Record<TokenKind, number>>> = {
  [TokenKind.BRACE_L]: 1,
  [TokenKind.BRACE_R]: -1,
  [TokenKind.BRACKET_L]: 1,
  [TokenKind.BRACKET_R]: -1,
  [TokenKind.PAREN_L]: 1,
  [TokenKind.PAREN_R]: -1,
};
