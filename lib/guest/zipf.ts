import { fillUint32, type Key, split } from '../random/random'
import { aliasEntries, aliasTable } from './aliasTable'
import { power } from './power'
import type { Accesses, Workload } from './workload'
import { checkedOptions, checkedVcpu, type WorkloadOptions } from './workloadOptions'
import { mixWrites, writeMix } from './writeMix'

/** Zipf's options: those of all workloads, and the exponent. */
export interface ZipfOptions extends WorkloadOptions {
  /**
   * s: page r (0, 1, ...) has a chance in proportion to 1 / (r + 1)^s. Above 0, at most 8; 0.99 by default, the constant of YCSB's
   * ZipfianGenerator («recalled, unverified»).
   */
  readonly exponent?: number
}

/**
 * Few pages take most accesses: page `from` most, its neighbours less and less, by Zipf's law.
 *
 * Up to 4096 pages the chances are exact to 2^-32. Above, the first 2048 ranks are; the others are in 2048 blocks of ranks, each block as
 * wide in proportion to its place as the others, and inside a block all pages share its chance alike (for nine million pages a block is 0.4
 * % wide, so a page's chance is off by at most 0.2 %). The table is made by `power`, so all machines draw the same. Errors: `RangeError`
 * naming the option. Cost: three to four times that of uniform (6 to 10 ns, measured), 64 KiB.
 */
export const zipf = (options: ZipfOptions): Workload => {
  const checked = checkedOptions('zipf', options)
  const { exponent = 0.99 } = options
  if (!(exponent > 0 && exponent <= 8)) throw new RangeError(`zipf: exponent must be above 0 and at most 8 (got ${exponent})`)
  const { pages, from, writesPerSecond, readsPerSecond, vcpus } = checked
  const mix = writeMix(checked)
  const blocks = zipfBlocks(pages, exponent)
  return {
    name: 'zipf',
    pages: from + pages,
    vcpus,
    description: { name: 'zipf', ...checked, exponent },
    open: (key, vcpu): Accesses => {
      checkedVcpu('zipf', vcpu, vcpus)
      const draws = ranks(blocks, split(key, vcpu))
      let k = 0
      return {
        accessesPerSecond: (writesPerSecond + readsPerSecond) / vcpus,
        fill: (accesses, _, capacity) => {
          draws(accesses, k, capacity)
          mixWrites(accesses, capacity, from, mix, k)
          k += capacity
          return capacity
        }
      }
    }
  }
}

/**
 * The blocks of ranks a table chooses from: where each begins, how many ranks it has (as a part of 2^32), and the table. Entries of the table without
 * a block are never chosen.
 */
interface Blocks {
  readonly first: Int32Array
  readonly scale: Float64Array
  readonly table: Uint32Array
}

const SINGLE = aliasEntries / 2

const zipfBlocks = (pages: number, exponent: number): Blocks => {
  const entries = Math.min(pages, aliasEntries)
  const first = new Int32Array(entries)
  const scale = new Float64Array(entries)
  const weights = new Float64Array(entries)
  const single = pages <= aliasEntries ? pages : SINGLE
  for (let rank = 0; rank < single; rank++) {
    first[rank] = rank
    scale[rank] = 1 / 0x1_0000_0000
    weights[rank] = power(rank + 1, -exponent)
  }
  for (let entry = single, start = single; entry < aliasEntries && start < pages; entry++) {
    const left = aliasEntries - entry
    const width = left === 1 ? pages - start : Math.max(1, Math.floor(start * (power(pages / start, 1 / left) - 1)))
    first[entry] = start
    scale[entry] = width / 0x1_0000_0000
    // The sum over ranks start + 1 to start + width is the integral between the halves, up to a part in 1e7 this far out; Simpson's rule is
    // exact for it.
    const middle = start + (width + 1) / 2
    weights[entry] = (width * (power(start + 0.5, -exponent) + 4 * power(middle, -exponent) + power(start + width + 0.5, -exponent))) / 6
    start += width
  }
  return { first, scale, table: aliasTable(weights) }
}

const BLOCK = 1024

/** Writes ranks k to k + n - 1 of a stream: one draw for the block, one for the place inside it. */
const ranks = (blocks: Blocks, stream: Key): ((out: Int32Array, k: number, n: number) => void) => {
  const chooses = split(stream, 'block')
  const places = split(stream, 'place')
  let choice = new Uint32Array(0)
  let place = choice
  return (out, k, n) => {
    if (choice.length < Math.min(BLOCK, n)) {
      choice = new Uint32Array(Math.min(BLOCK, n))
      place = new Uint32Array(choice.length)
    }
    for (let done = 0; done < n; done += BLOCK) {
      const some = Math.min(BLOCK, n - done)
      fillUint32(chooses, k + done, choice, some)
      fillUint32(places, k + done, place, some)
      choose(blocks, choice, place, out, done, some)
    }
  }
}

const choose = ({ first, scale, table }: Blocks, choice: Uint32Array, place: Uint32Array, out: Int32Array, at: number, n: number): void => {
  for (let i = 0; i < n; i++) {
    const draw = choice[i]
    const own = draw >>> 20
    const word = table[own]
    const alias = word & 0xfff
    // All ones where the entry is taken itself: a branch would be mispredicted every other time.
    const itself = ((draw & 0xf_ffff) - (word >>> 12)) >> 31
    const entry = alias ^ ((alias ^ own) & itself)
    out[at + i] = first[entry] + place[i] * scale[entry]
  }
}
