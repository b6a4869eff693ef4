import sharp from "sharp";
import { type Caller, type TestUserService } from "./user-service";

export interface UploadPayload {
  readonly upload: { id: string; url: string; fields: { name: string; value: string }[] } | null;
  readonly errors: { code: string; path: string[] }[];
}

export const requesting = `mutation ($input: ImageUploadInput!) { requestAvatarUpload(input: $input) {
  upload { id url fields { name value } } errors { code path } } }`;

/** Sends a form as a browser does. */
export async function send({ url, fields }: NonNullable<UploadPayload["upload"]>, bytes: Buffer): Promise<Response> {
  const form = new FormData();
  for (const { name, value } of fields) form.append(name, value);
  form.append("file", new Blob([new Uint8Array(bytes)]), "me");
  return fetch(url, { method: "POST", body: form });
}

/** Uploads a picture of somebody. @returns the upload's id */
export async function upload(service: TestUserService, who: Caller, bytes?: Buffer): Promise<string> {
  const picture = bytes ?? (await portrait(600, 400).jpeg().toBuffer());
  const input = { contentType: "image/jpeg", bytes: picture.length };
  const { data } = await service.ask(requesting, { input }, who);
  const payload = data?.["requestAvatarUpload"] as UploadPayload;
  if (payload.upload === null) throw new Error(JSON.stringify(payload.errors));
  const response = await send(payload.upload, picture);
  if (!response.ok) throw new Error(await response.text());
  return payload.upload.id;
}

export const portrait = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: "#8fa98f" } });
