import { type IncomingMessage } from "node:http";
import { type Readable } from "node:stream";
import busboy from "busboy";
import { S3Error } from "./errors";
import { type FormFields } from "./post-policy";

/** A form up to its file, which is still on its way. */
export interface ReceivedForm {
  readonly fields: FormFields;
  readonly filename: string;
  readonly file: Readable;
}

const maxFieldBytes = 20 * 1024; // S3's limit for all of them
const maxFields = 100;

/**
 * Reads a multipart form until its file begins; what comes after the file is ignored, as S3 does.
 * @throws S3Error for what is no such form, for one without a file, and for fields that are too long or given twice
 */
export function receiveForm(message: IncomingMessage): Promise<ReceivedForm> {
  return new Promise((resolve, reject) => {
    const fields = new Map<string, string>();
    const fail = (error: unknown): void => reject(error instanceof S3Error ? error : malformed());
    let parser: busboy.Busboy;
    try {
      const limits = { fieldSize: maxFieldBytes, fields: maxFields, files: 1, headerPairs: 20 };
      parser = busboy({ headers: message.headers, limits, defParamCharset: "utf8" });
    } catch {
      fail(malformed());
      return;
    }
    parser.on("field", (name, value, { nameTruncated, valueTruncated }) => {
      const known = name.toLowerCase();
      if (nameTruncated || valueTruncated) {
        fail(new S3Error("MaxPostPreDataLengthExceeded", "A form's fields may have 20 KB at most"));
      } else if (fields.has(known)) fail(new S3Error("InvalidArgument", `The form has the field ${known} twice`));
      else fields.set(known, value);
    });
    parser.on("fieldsLimit", () => fail(new S3Error("InvalidArgument", `A form may have ${maxFields} fields at most`)));
    parser.on("file", (name, file, { filename = "" }: { filename?: string }) => {
      file.on("error", () => undefined); // told to whoever reads it; nobody does once it was refused
      if (name === "file") resolve({ fields, filename, file });
      else fail(new S3Error("InvalidArgument", "The form's file must be in the field `file`"));
    });
    parser.on("error", fail);
    parser.on("close", () => fail(new S3Error("InvalidArgument", "A form needs exactly one file")));
    message.on("close", () => parser.destroy(message.complete ? undefined : malformed()));
    message.pipe(parser);
  });
}

function malformed(): S3Error {
  return new S3Error("MalformedPOSTRequest", "The body is not a well-formed multipart/form-data");
}
