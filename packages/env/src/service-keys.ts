import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { z } from "zod";

const type = "ed25519";
// A message never repeats what was given: it may be a key at the wrong place.
const shape = (what: string, format: string): string =>
  `must be ${what} (Ed25519, ${format} DER in base64), as \`npm run keys:service\` makes it`;

/** The private key of a service that asks others, its own alone. */
export const servicePrivateKey = () =>
  z
    .string()
    .transform((value, context): KeyObject => {
      const key = tryParse(() => createPrivateKey({ key: decode(value), format: "der", type: "pkcs8" }));
      if (key !== undefined) return key;
      context.addIssue(shape("a private key", "PKCS #8"));
      return z.NEVER;
    })
    .meta({ isSecret: true });

/** The public keys of a service that asks: one, or two with a comma between while the first gives way to the second. */
export const servicePublicKeys = () =>
  z.string().transform((value, context): KeyObject[] => {
    const keys = value
      .split(",")
      .map((member) => tryParse(() => createPublicKey({ key: decode(member.trim()), format: "der", type: "spki" })));
    if (!keys.includes(undefined)) return keys as KeyObject[];
    context.addIssue(shape("public keys with commas between", "SPKI"));
    return z.NEVER;
  });

/** A key as the environment holds it. */
export function formatServiceKey(key: KeyObject): string {
  return key.export({ format: "der", type: key.type === "private" ? "pkcs8" : "spki" }).toString("base64");
}

function tryParse(parse: () => KeyObject): KeyObject | undefined {
  try {
    const key = parse();
    return key.asymmetricKeyType === type ? key : undefined;
  } catch {
    return undefined;
  }
}

function decode(value: string): Buffer {
  return Buffer.from(value, "base64");
}
