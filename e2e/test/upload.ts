import sharp from "sharp";

export interface Upload {
  readonly id: string;
  readonly url: string;
  readonly fields: readonly { readonly name: string; readonly value: string }[];
}

/** Asks for a form and sends a picture with it, straight to the object store, as a browser does. */
export async function uploadPicture(
  request: (file: { contentType: string; bytes: number }) => Promise<Upload>,
): Promise<Upload> {
  const background = { r: 40, g: 120, b: 90 };
  const png = await sharp({ create: { width: 64, height: 48, channels: 3, background } })
    .png()
    .toBuffer();
  const upload = await request({ contentType: "image/png", bytes: png.length });
  const form = new FormData();
  for (const { name, value } of upload.fields) form.append(name, value);
  form.append("file", new Blob([new Uint8Array(png)], { type: "image/png" }), "kettle.png");
  const stored = await fetch(upload.url, { method: "POST", body: form });
  if (!stored.ok) throw new Error(`the object store answered ${stored.status}: ${await stored.text()}`);
  return upload;
}
