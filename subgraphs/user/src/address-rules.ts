import { z } from "zod";
import { line, phone } from "./text-rules";

const regionNames = new Intl.DisplayNames("en", { type: "region", fallback: "none" });
// Regions that have a name and are no country of ISO 3166-1 today: former ones, parts, unions and codes for tests. XK is
// none either, but is what everybody writes for Kosovo.
const noCountries = new Set(
  "AC AN BU CP CQ CS DD DG DY EA EU EZ FX HV IC NH QO RH SU TA TP UK UN VD XA XB YD YU ZR ZZ".split(" "),
);

function isCountry(code: string): boolean {
  return /^[A-Z]{2}$/.test(code) && !noCountries.has(code) && regionNames.of(code) !== undefined;
}

/** The fields of an address as they come from outside; in a change, what is absent stays, and null clears. */
export const addressFields = z.object({
  label: line(40).nullish(),
  recipient: line(100),
  line1: line(120),
  line2: line(120).nullish(),
  city: line(80),
  region: line(80).nullish(),
  postalCode: line(16),
  countryCode: z
    .string()
    .toUpperCase()
    .refine(isCountry, { error: "Write the country's two letters by ISO 3166-1, for example DE." }),
  phone: phone.nullish(),
  isDefault: z.boolean().nullish(),
});
