/** Makes something of each member of a record, one after the other. */
export async function mapOneByOne<Name extends string, From, To>(
  record: Readonly<Record<Name, From>>,
  make: (from: From) => Promise<To>,
): Promise<Record<Name, To>> {
  const made: Partial<Record<Name, To>> = {};
  for (const name of Object.keys(record) as Name[]) made[name] = await make(record[name]);
  return made as Record<Name, To>;
}
