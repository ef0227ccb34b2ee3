const SLOTS = 1024
const LEVELS = 6
const HEADS = SLOTS * LEVELS
const LOW = 2 ** 30

/** The first number a wheel gives to an entry; the next ones follow without gaps. */
export const FIRST_ENTRY = HEADS

/**
 * A pending set ordered by (time, sequence): hierarchical timing wheels (Varghese and Lauck, SOSP 1987 §6.2) of six digits of ten bits.
 * An entry lies in the wheel of the highest digit in which its time differs from the wheel's position, so a slot that comes near is dealt out
 * once, in order, into nearer wheels before anything younger can enter them: first in, first out per time needs no sequence number.
 * Slots are circular doubly linked lists over one Int32Array (next, previous), so removal is O(1) and leaves nothing behind; a bit per slot and
 * a summary word per wheel find the next slot. Cost: O(1) to put and remove, at most five moves per entry on its way down.
 * A kernel: mutable, owned by one timeline. Entries are integers from `take`; times are integers in [position, 2^53).
 */
export class Wheel {
  /** Time of the entry last returned by `next`. */
  at: number
  /** Entries put and not yet returned or removed. */
  size = 0

  private links = new Int32Array(2 * (HEADS + 64))
  private times = new Float64Array(HEADS + 64)
  private readonly bits = new Int32Array(HEADS / 32)
  private readonly summaries = new Int32Array(LEVELS)
  private free = 0
  private fresh = HEADS
  // The position, at or before every entry: high * 2^30 + low; base = high * 2^30.
  private low: number
  private high: number
  private base: number
  // The earliest time when known, else -1.
  private known = -1

  constructor(start: number) {
    this.at = start
    this.high = Math.floor(start / LOW)
    this.base = this.high * LOW
    this.low = start - this.base
  }

  /** A new entry number: one given back, else the next from FIRST_ENTRY on. */
  take(): number {
    const entry = this.free
    if (entry !== 0) {
      this.free = this.links[2 * entry]
      return entry
    }
    if (this.fresh === this.times.length) this.grow()
    return this.fresh++
  }

  /** Gives back an entry that is not in the wheel. */
  release(entry: number): void {
    this.links[2 * entry] = this.free
    this.free = entry
  }

  put(entry: number, at: number): void {
    this.times[entry] = at
    this.size++
    if (at < this.known) this.known = at
    this.link(entry, at)
  }

  remove(entry: number): void {
    const links = this.links
    const next = links[2 * entry]
    const previous = links[2 * entry + 1]
    links[2 * previous] = next
    links[2 * next + 1] = previous
    this.size--
    if (this.times[entry] === this.known) this.known = -1
  }

  /** Takes out the first entry if its time is at most `until`, else returns -1; its time is then in `at`. */
  next(until: number): number {
    for (;;) {
      let level = 0
      let head = this.first(0)
      while (head < 0 && ++level < LEVELS) head = this.first(level)
      if (head < 0) return -1
      const links = this.links
      const entry = links[2 * head]
      if (level === 0) {
        const at = this.base + ((this.low & -SLOTS) | head)
        if (at > until) return -1
        this.low = (this.low & -SLOTS) | head
        this.at = at
        const next = links[2 * entry]
        links[2 * head] = next
        links[2 * next + 1] = head
        this.size--
        this.known = -1
        return entry
      }
      if (!this.deal(level, head, until)) return -1
    }
  }

  /** The earliest time in the wheel, Infinity when empty. Moves nothing; looks through one slot's list at most, and remembers. */
  soonest(): number {
    if (this.known >= 0) return this.known
    for (let level = 0; level < LEVELS; level++) {
      const head = this.first(level)
      if (head >= 0) return (this.known = this.earliest(head))
    }
    return Infinity
  }

  // Moves the position to the earliest entry of the slot (to the slot's start if that entry is after `until`) and deals its entries out anew.
  private deal(level: number, head: number, until: number): boolean {
    const start = this.start(level, head & (SLOTS - 1))
    if (start > until) return false
    const earliest = this.earliest(head)
    const position = earliest <= until ? earliest : start
    this.high = Math.floor(position / LOW)
    this.base = this.high * LOW
    this.low = position - this.base
    this.clear(head)
    const links = this.links
    const times = this.times
    for (let entry = links[2 * head]; entry !== head; ) {
      const next = links[2 * entry]
      this.link(entry, times[entry])
      entry = next
    }
    return true
  }

  private link(entry: number, at: number): void {
    const near = at - this.base
    const head = near < LOW ? this.nearHead(near | 0) : this.farHead(Math.floor(at / LOW))
    const links = this.links
    const bits = this.bits
    const word = head >>> 5
    const had = bits[word]
    if ((had & (1 << head)) === 0) {
      bits[word] = had | (1 << head)
      this.summaries[head >>> 10] |= 1 << word
      links[2 * head] = entry
      links[2 * head + 1] = entry
      links[2 * entry] = head
      links[2 * entry + 1] = head
    } else {
      const last = links[2 * head + 1]
      links[2 * last] = entry
      links[2 * head + 1] = entry
      links[2 * entry] = head
      links[2 * entry + 1] = last
    }
  }

  private nearHead(low: number): number {
    const differing = low ^ this.low
    return differing < SLOTS ? low & 1023 : differing < SLOTS * SLOTS ? SLOTS + ((low >>> 10) & 1023) : 2 * SLOTS + (low >>> 20)
  }

  private farHead(high: number): number {
    const differing = high ^ this.high
    return differing < SLOTS
      ? 3 * SLOTS + (high & 1023)
      : differing < SLOTS * SLOTS
        ? 4 * SLOTS + ((high >>> 10) & 1023)
        : 5 * SLOTS + (high >>> 20)
  }

  // The first slot of a wheel with an entry, or -1. Slots emptied since are struck out on the way; none lies before the position.
  private first(level: number): number {
    for (;;) {
      const summary = this.summaries[level]
      if (summary === 0) return -1
      const word = (level << 5) | (31 - Math.clz32(summary & -summary))
      const bits = this.bits[word]
      const head = (word << 5) | (31 - Math.clz32(bits & -bits))
      if (this.links[2 * head] !== head) return head
      this.clear(head)
    }
  }

  private clear(head: number): void {
    const word = head >>> 5
    const left = this.bits[word] & ~(1 << head)
    this.bits[word] = left
    if (left === 0) this.summaries[head >>> 10] &= ~(1 << word)
  }

  private earliest(head: number): number {
    const links = this.links
    const times = this.times
    if (head < SLOTS) return times[links[2 * head]]
    let least = Infinity
    for (let entry = links[2 * head]; entry !== head; entry = links[2 * entry]) if (times[entry] < least) least = times[entry]
    return least
  }

  // The first time a slot of an upper wheel can hold: the position's digits above, the slot, zeros below.
  private start(level: number, slot: number): number {
    if (level < 3) return this.base + (((this.low >>> (10 * level + 10)) << (10 * level + 10)) | (slot << (10 * level)))
    const shift = 10 * (level - 3)
    return (((this.high >>> (shift + 10)) << (shift + 10)) | (slot << shift)) * LOW
  }

  private grow(): void {
    const capacity = HEADS + 2 * (this.times.length - HEADS)
    const links = new Int32Array(2 * capacity)
    links.set(this.links)
    this.links = links
    const times = new Float64Array(capacity)
    times.set(this.times)
    this.times = times
  }
}
