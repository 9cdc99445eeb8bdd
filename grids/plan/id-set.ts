/** A set of trial ids, 16 hex digits each, at 16-32 bytes an id: a `Set` of a million of them would hold 100 MB. */
export class IdSet {
  #slots = new BigUint64Array(1024);
  #size = 0;
  #hasZero = false;

  get size(): number {
    return this.#size;
  }

  /** Whether the id was not there before. */
  add(id: string): boolean {
    const value = BigInt(`0x${id}`);
    if (value === 0n) return this.#addZero();
    const slot = this.#find(value);
    if (this.#slots[slot] === value) return false;
    this.#slots[slot] = value;
    this.#size += 1;
    if (this.#size * 2 > this.#slots.length) this.#grow();
    return true;
  }

  /** 0 marks a free slot, so the id 0 is kept beside them. */
  #addZero(): boolean {
    if (this.#hasZero) return false;
    this.#hasZero = true;
    this.#size += 1;
    return true;
  }

  /** Open addressing: the slot that holds the value, or the free one where it belongs. */
  #find(value: bigint): number {
    const mask = this.#slots.length - 1;
    // Ids are hashes already, so their low bits are spread evenly.
    let slot = Number(value & 0xffff_ffffn) & mask;
    while (this.#slots[slot] !== 0n && this.#slots[slot] !== value) slot = (slot + 1) & mask;
    return slot;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new BigUint64Array(old.length * 2);
    for (const value of old) if (value !== 0n) this.#slots[this.#find(value)] = value;
  }
}
