import { z } from "zod";
import { type Command, defineCommand, field } from "../command";
import { prepareFind } from "../query/planner";
import { type PlainDocument } from "../values/bson";
import { hasIdFirst } from "../storage/collection";
import { collectionResolver } from "./read";
import { ordered, runStatements } from "./statements";

const insert = defineCommand(
  z.strictObject({ insert: field.collection, documents: z.array(field.document), ordered }),
  (input, context) => {
    const bytes = context.documentsOf("documents");
    const collection = context.store.findOrCreate(context.database, input.insert);
    let typedDocuments: PlainDocument[] | undefined;
    const typed = () => (typedDocuments ??= context.typedCommand()["documents"] as PlainDocument[]);
    let n = 0;
    const outcome = runStatements(input.documents.length, input.ordered, context, (index) => {
      const document = input.documents[index] ?? {};
      if (hasIdFirst(document)) collection.insert(document, bytes[index]);
      else collection.insert(typed()[index] ?? {});
      n++;
    });
    return { n, ...outcome };
  },
);

const deleteStatement = z.strictObject({
  q: field.document,
  limit: z.union([z.literal(0), z.literal(1)]),
  hint: z.unknown().optional(),
});

const remove = defineCommand(
  z.strictObject({
    delete: field.collection,
    deletes: z.array(deleteStatement),
    ordered,
    let: field.document.optional(),
  }),
  (input, context) => {
    const collection = context.store.find(context.database, input.delete);
    const options = {
      variables: input.let,
      collectionResolver: collectionResolver(context.store, context.database),
    };
    let n = 0;
    const outcome = runStatements(input.deletes.length, input.ordered, context, (index) => {
      const { q: filter, ...statement } = input.deletes[index] as z.infer<typeof deleteStatement>;
      for (const record of prepareFind(collection, { filter, ...statement, ...options }).run()) {
        collection?.remove(record);
        n++;
      }
    });
    return { n, ...outcome };
  },
);

export const insertAndDeleteCommands: Record<string, Command> = { insert, delete: remove };
