/** An address, or several with commas between, as it may be shown. */
export function withoutPassword(address: string): string {
  return address.replace(/\/\/([^:/@]*):[^@/]+@/g, "//$1@");
}
