import { XMLParser } from "fast-xml-parser";
import { S3Error } from "./errors";

/** A finished piece of XML, so that text cannot be taken for markup. */
export interface Xml {
  readonly xml: string;
}

type Content = string | number | boolean | Xml | readonly Xml[];

const namespace = "http://s3.amazonaws.com/doc/2006-03-01/";

/** An element of text or of further elements; undefined leaves it out. */
export function element(name: string, content: Content | undefined): Xml {
  return { xml: content === undefined ? "" : `<${name}>${inner(content)}</${name}>` };
}

/** A whole document in S3's namespace. */
export function xmlDocument(name: string, content: readonly Xml[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${name} xmlns="${namespace}">${inner(content)}</${name}>`;
}

/** S3's errors have no namespace. */
export function errorDocument(content: readonly Xml[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${inner(content)}</Error>`;
}

function inner(content: Content): string {
  if (typeof content !== "object") return escape(String(content));
  return "xml" in content ? content.xml : content.map(({ xml }) => xml).join("");
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function escape(text: string): string {
  // Control characters come as references: literally they would be refused by parsers, or lost as white space.
  return text.replace(/[&<>"]|\p{Cc}/gu, (character) => entities[character] ?? `&#${character.charCodeAt(0)};`);
}

// Keys stay as they were written: no numbers, no trimming.
const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  trimValues: false,
  htmlEntities: true,
  isArray: (name) => name === "Object" || name === "Part",
});

/** @throws S3Error MalformedXML */
export function parseXml(text: string): unknown {
  const malformed = () => new S3Error("MalformedXML", "The XML that was sent is not well formed");
  // No operation needs a document type, and declared entities are how small documents grow large.
  if (text.includes("<!")) throw malformed();
  try {
    return parser.parse(text, true);
  } catch {
    throw malformed();
  }
}
