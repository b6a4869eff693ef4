import { z } from "zod";
import { defineEvent } from "./define-event";
import { id } from "./payloads";

export const systemAnnounced = defineEvent({
  topic: "system.v1",
  type: "announced",
  key: (payload: { announcementId: string }) => payload.announcementId,
  payload: z.object({ announcementId: id, title: z.string(), body: z.string() }),
});
