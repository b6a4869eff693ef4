import { requireViewer } from "@shop/auth";
import { parsePage } from "@shop/connections";
import { badUserInput } from "@shop/graphql-errors";
import { isId } from "@shop/ids";
import { isPlainLine } from "@shop/text";
import { z } from "zod";
import { type QueryResolvers } from "../generated/graphql";

const idCursor = z.string().refine(isId);
const maxSearchLength = 100;

export const Query: QueryResolvers = {
  me: (_parent, _args, { viewer, loaders }) => loaders.userById.load(requireViewer(viewer).userId),

  user: (_parent, { id }, { loaders }) => (isId(id) ? loaders.userById.load(id) : null),

  users: (_parent, { filter, ...page }, { viewer, profiles }) => {
    const search = requireLine(filter?.search, ["filter", "search"])?.trim() ?? "";
    return profiles.list(viewer, { search, role: filter?.role ?? undefined }, parsePage(page, idCursor));
  },

  auditLog: (_parent, { filter, ...page }, { viewer, auditLog }) => {
    requireLine(filter?.actorId, ["filter", "actorId"]);
    requireLine(filter?.targetId, ["filter", "targetId"]);
    requireLine(filter?.action, ["filter", "action"]);
    return auditLog.list(viewer, filter ?? {}, parsePage(page, idCursor));
  },
};

function requireLine(text: string | null | undefined, path: string[]): string | null | undefined {
  if (typeof text === "string" && (text.length > maxSearchLength || !isPlainLine(text))) {
    throw badUserInput(`Filter by at most ${maxSearchLength} characters on one line.`, path);
  }
  return text;
}
