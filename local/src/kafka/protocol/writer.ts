const initialBytes = 256;

/** Writes the primitive types of the Kafka protocol, big-endian, into a buffer that grows. */
export class Writer {
  #bytes = Buffer.allocUnsafe(initialBytes);
  #length = 0;

  int8(value: number): void {
    const at = this.#reserve(1);
    this.#bytes.writeInt8(value, at);
  }

  int16(value: number): void {
    const at = this.#reserve(2);
    this.#bytes.writeInt16BE(value, at);
  }

  int32(value: number): void {
    const at = this.#reserve(4);
    this.#bytes.writeInt32BE(value, at);
  }

  int64(value: number): void {
    const at = this.#reserve(8);
    this.#bytes.writeBigInt64BE(BigInt(value), at);
  }

  raw(value: Buffer): void {
    const at = this.#reserve(value.length);
    value.copy(this.#bytes, at);
  }

  finish(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #reserve(size: number): number {
    const at = this.#length;
    if (at + size > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, at + size));
      this.#bytes.copy(larger, 0, 0, at);
      this.#bytes = larger;
    }
    this.#length = at + size;
    return at;
  }
}
