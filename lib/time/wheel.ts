const SLOTS = 1024
const LEVELS = 6
const LOW = 2 ** 30
// Four int32 per list node: next, previous, and the time as its upper 23 and lower 30 bits; one node is a quarter of a cache line.
const NEXT = 0
const PREVIOUS = 1
const HIGH_TIME = 2
const LOW_TIME = 3
const NODE = 4
const HEADS = SLOTS * LEVELS * NODE

/**
 * A pending set ordered by (time, sequence): hierarchical timing wheels (Varghese and Lauck, SOSP 1987 §6.2) of six digits of ten bits.
 * An entry lies in the wheel of the highest digit in which its time differs from the wheel's position, so a slot that comes near is dealt out
 * once, in order, into nearer wheels before anything younger can enter them: first in, first out per time needs no sequence number.
 * Slots are circular doubly linked lists in one Int32Array, so removal is O(1) and leaves nothing behind; a bit per slot and a summary word per
 * wheel find the next slot. Cost: O(1) to put and remove, at most five moves per entry on its way down; 16 bytes per entry.
 * A kernel: mutable, owned by one timeline. Entries are the numbers 0, 1, 2, ... from `take`; times are integers in [position, 2^53).
 * `near` is called with each entry dealt into the nearest wheel, whose turn is therefore at most 1,024 ticks away.
 */
export class Wheel {
  /** Time of the entry last returned by `next`. */
  at: number
  /** Entries put and not yet returned or removed. */
  size = 0

  private nodes = new Int32Array(HEADS + 64 * NODE)
  private readonly bits = new Int32Array(LEVELS * 32)
  private readonly summaries = new Int32Array(LEVELS)
  private free = 0
  private fresh = HEADS
  // The position, at or before every entry: high * 2^30 + low; base = high * 2^30.
  private low: number
  private high: number
  private base: number
  // The earliest time when known, else -1.
  private known = -1

  constructor(
    start: number,
    private readonly near: (entry: number) => void
  ) {
    this.at = start
    this.high = Math.floor(start / LOW)
    this.base = this.high * LOW
    this.low = start - this.base
  }

  /** An entry number that is not in use: one given back, else the smallest never given. */
  take(): number {
    const node = this.free
    if (node !== 0) {
      this.free = this.nodes[node]
      return (node - HEADS) >> 2
    }
    if (this.fresh === this.nodes.length) this.grow()
    this.fresh += NODE
    return (this.fresh - NODE - HEADS) >> 2
  }

  /** Gives back an entry that is not in the wheel. */
  release(entry: number): void {
    const node = HEADS + (entry << 2)
    this.nodes[node] = this.free
    this.free = node
  }

  put(entry: number, at: number): void {
    const node = HEADS + (entry << 2)
    const nodes = this.nodes
    const distance = at - this.base
    this.size++
    if (at < this.known) this.known = at
    if (distance < LOW) {
      nodes[node + HIGH_TIME] = this.high
      nodes[node + LOW_TIME] = distance
      this.append(node, this.nearSlot(distance | 0))
    } else {
      const high = Math.floor(at / LOW)
      nodes[node + HIGH_TIME] = high
      nodes[node + LOW_TIME] = at - high * LOW
      this.append(node, this.farSlot(high))
    }
  }

  remove(entry: number): void {
    const node = HEADS + (entry << 2)
    const nodes = this.nodes
    const next = nodes[node + NEXT]
    const previous = nodes[node + PREVIOUS]
    nodes[previous + NEXT] = next
    nodes[next + PREVIOUS] = previous
    if (next === previous && next < HEADS) this.clear(next >> 2)
    this.size--
    if (this.timeOf(node) === this.known) this.known = -1
  }

  /** Takes out the first entry if its time is at most `until`, else returns -1; its time is then in `at`. */
  next(until: number): number {
    for (;;) {
      const summary = this.summaries[0]
      if (summary !== 0) {
        const slot = this.slotIn(0, summary)
        const low = (this.low & -SLOTS) | slot
        const at = this.base + low
        if (at > until) return -1
        this.low = low
        this.at = at
        this.known = -1
        this.size--
        const nodes = this.nodes
        const head = slot << 2
        const node = nodes[head]
        const next = nodes[node]
        if (next === head) this.clear(slot)
        else {
          nodes[head] = next
          nodes[next + PREVIOUS] = head
        }
        return (node - HEADS) >> 2
      }
      const level = this.nearestLevel()
      if (level < 0 || !this.deal(level, this.slotIn(level, this.summaries[level]), until)) return -1
    }
  }

  /** The earliest time in the wheel, Infinity when empty. Moves nothing; looks through one slot's list at most, and remembers. */
  soonest(): number {
    if (this.known < 0) {
      const level = this.nearestLevel()
      if (level < 0) return Infinity
      this.known = this.earliest(this.slotIn(level, this.summaries[level]))
    }
    return this.known
  }

  // Moves the position to the slot's start and deals its entries out anew; a short list is dealt from its earliest entry, so that a lone
  // entry far ahead comes down at once, and a long one is not walked twice.
  private deal(level: number, slot: number, until: number): boolean {
    const start = this.start(level, slot & (SLOTS - 1))
    if (start > until) return false
    const earliest = this.isShort(slot) ? this.earliest(slot) : start
    const position = earliest <= until ? earliest : start
    this.high = Math.floor(position / LOW)
    this.base = this.high * LOW
    this.low = position - this.base
    this.clear(slot)
    const nodes = this.nodes
    const head = slot << 2
    for (let node = nodes[head]; node !== head; ) {
      const next = nodes[node]
      const high = nodes[node + HIGH_TIME]
      const to = high === this.high ? this.nearSlot(nodes[node + LOW_TIME]) : this.farSlot(high)
      if (to < SLOTS) this.near((node - HEADS) >> 2)
      this.append(node, to)
      node = next
    }
    return true
  }

  private append(node: number, slot: number): void {
    const nodes = this.nodes
    const bits = this.bits
    const word = slot >>> 5
    const head = slot << 2
    const had = bits[word]
    if ((had & (1 << slot)) === 0) {
      bits[word] = had | (1 << slot)
      this.summaries[slot >>> 10] |= 1 << word
      nodes[head + NEXT] = node
      nodes[node + PREVIOUS] = head
    } else {
      const last = nodes[head + PREVIOUS]
      nodes[last + NEXT] = node
      nodes[node + PREVIOUS] = last
    }
    nodes[head + PREVIOUS] = node
    nodes[node + NEXT] = head
  }

  private nearSlot(low: number): number {
    const differing = low ^ this.low
    return differing < SLOTS ? low & 1023 : differing < SLOTS * SLOTS ? SLOTS | ((low >>> 10) & 1023) : (2 * SLOTS) | (low >>> 20)
  }

  private farSlot(high: number): number {
    const differing = high ^ this.high
    if (differing < SLOTS) return (3 * SLOTS) | (high & 1023)
    return differing < SLOTS * SLOTS ? (4 * SLOTS) | ((high >>> 10) & 1023) : (5 * SLOTS) | (high >>> 20)
  }

  private nearestLevel(): number {
    for (let level = 0; level < LEVELS; level++) if (this.summaries[level] !== 0) return level
    return -1
  }

  // The first slot of a wheel that has entries; none lies before the position.
  private slotIn(level: number, summary: number): number {
    const word = (level << 5) | (31 - Math.clz32(summary & -summary))
    const bits = this.bits[word]
    return (word << 5) | (31 - Math.clz32(bits & -bits))
  }

  private clear(slot: number): void {
    const word = slot >>> 5
    const left = this.bits[word] & ~(1 << slot)
    this.bits[word] = left
    if (left === 0) this.summaries[slot >>> 10] &= ~(1 << word)
  }

  private earliest(slot: number): number {
    const nodes = this.nodes
    const head = slot << 2
    let least = this.timeOf(nodes[head])
    if (slot < SLOTS) return least
    for (let node = nodes[nodes[head]]; node !== head; node = nodes[node]) least = Math.min(least, this.timeOf(node))
    return least
  }

  private isShort(slot: number): boolean {
    const nodes = this.nodes
    const head = slot << 2
    let node = nodes[head]
    for (let n = 0; n < 4 && node !== head; n++) node = nodes[node]
    return node === head
  }

  private timeOf(node: number): number {
    return this.nodes[node + HIGH_TIME] * LOW + this.nodes[node + LOW_TIME]
  }

  // The first time a slot of an upper wheel can hold: the position's digits above, the slot, zeros below.
  private start(level: number, slot: number): number {
    if (level < 3) return this.base + (((this.low >>> (10 * level + 10)) << (10 * level + 10)) | (slot << (10 * level)))
    const shift = 10 * (level - 3)
    return (((this.high >>> (shift + 10)) << (shift + 10)) | (slot << shift)) * LOW
  }

  private grow(): void {
    const nodes = new Int32Array(HEADS + 2 * (this.nodes.length - HEADS))
    nodes.set(this.nodes)
    this.nodes = nodes
  }
}
