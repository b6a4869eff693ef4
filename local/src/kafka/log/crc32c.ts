/** CRC-32C (Castagnoli), the checksum of Kafka's record batches; node:zlib has only the other CRC-32. */
const reversedPolynomial = 0x82f63b78;

const table = Int32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit += 1) remainder = (remainder >>> 1) ^ (remainder & 1 ? reversedPolynomial : 0);
  return remainder;
});

/** @returns the checksum as an unsigned 32-bit number */
export function crc32c(bytes: Uint8Array, start = 0, end = bytes.length): number {
  let remainder = -1;
  for (let index = start; index < end; index += 1) {
    remainder = (remainder >>> 8) ^ (table[(remainder ^ (bytes[index] ?? 0)) & 0xff] ?? 0);
  }
  return (remainder ^ -1) >>> 0;
}
