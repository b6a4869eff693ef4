/** What a client sent cannot be read as the request that it claims to be. Its connection is closed. */
export class MalformedRequest extends Error {}

/** Reads the primitive types of the Kafka protocol, big-endian, and never past the end of what was sent. */
export class Reader {
  readonly #bytes: Buffer;
  #position = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  int8(): number {
    return this.#bytes.readInt8(this.#advance(1));
  }

  int16(): number {
    return this.#bytes.readInt16BE(this.#advance(2));
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#advance(4));
  }

  /** Offsets, times and producer ids: all far below 2^53 unless the client is broken. */
  int64(): number {
    const value = Number(this.#bytes.readBigInt64BE(this.#advance(8)));
    if (!Number.isSafeInteger(value)) throw new MalformedRequest("an integer is out of range");
    return value;
  }

  /** A view into the request, not a copy: what outlives the request must be copied. */
  raw(size: number): Buffer {
    const start = this.#advance(size);
    return this.#bytes.subarray(start, start + size);
  }

  /** The number of elements that follow, or -1 for null. No element is smaller than a byte, which bounds what is allocated. */
  length(): number {
    const length = this.int32();
    if (length < -1 || length > this.#bytes.length - this.#position) {
      throw new MalformedRequest(`a length of ${length} does not fit into the request`);
    }
    return length;
  }

  #advance(size: number): number {
    const start = this.#position;
    if (size < 0 || start + size > this.#bytes.length) throw new MalformedRequest("the request ends too early");
    this.#position = start + size;
    return start;
  }
}
