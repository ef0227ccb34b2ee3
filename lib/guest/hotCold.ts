import { fillUint32, split } from '../random/random'
import type { Workload } from './workload'
import { checkedOptions, checkedVcpu, type WorkloadOptions } from './workloadOptions'
import { mixWrites, writeMix } from './writeMix'

/** Hot and cold's options: those of all workloads, and how hot the hot pages are. */
export interface HotColdOptions extends WorkloadOptions {
  /** The share of the pages that is hot, above 0 and below 1 (at least one page is hot and one cold); 0.1 by default. */
  readonly hotPages?: number
  /** The share of the accesses that goes to hot pages, from 0 to 1; 0.9 by default. */
  readonly hotAccesses?: number
}

/**
 * A few pages take most accesses, uniformly, and the others the rest, uniformly: the writable working set of Clark et al. (NSDI 2005 §4)
 * in its simplest form. By default 10 % of the pages take 90 % of the accesses, as in the «hot» pattern of our QEMU measurements.
 *
 * The hot pages are the first ones, round(pages * hotPages) of them: hot pages lie together, as Clark et al. observed of dirtying (§5.4).
 * One 32-bit draw chooses both, by multiply-shift as in fillBelow: chances inside a kind differ by less than one part in 2^32 * its share /
 * its pages. Errors: `RangeError` naming the option. Cost: about twice that of uniform (4 to 5 ns an access, measured).
 */
export const hotCold = (options: HotColdOptions): Workload => {
  const checked = checkedOptions('hotCold', options)
  const { hotPages = 0.1, hotAccesses = 0.9 } = options
  const { pages, from, writesPerSecond, readsPerSecond, vcpus } = checked
  if (pages < 2) throw new RangeError(`hotCold: pages must be at least 2 (got ${pages})`)
  if (!(hotPages > 0 && hotPages < 1)) throw new RangeError(`hotCold: hotPages must be above 0 and below 1 (got ${hotPages})`)
  if (!(hotAccesses >= 0 && hotAccesses <= 1)) throw new RangeError(`hotCold: hotAccesses must be from 0 to 1 (got ${hotAccesses})`)
  const mix = writeMix(checked)
  const hot = Math.min(pages - 1, Math.max(1, Math.round(pages * hotPages)))
  const places = hotOrCold(hot, pages - hot, hotAccesses)
  return {
    name: 'hotCold',
    pages: from + pages,
    vcpus,
    description: { name: 'hotCold', ...checked, hotPages, hotAccesses },
    open: (key, vcpu) => {
      checkedVcpu('hotCold', vcpu, vcpus)
      const stream = split(key, vcpu)
      let draws = new Uint32Array(0)
      let k = 0
      return {
        accessesPerSecond: (writesPerSecond + readsPerSecond) / vcpus,
        fill: (accesses, _, capacity) => {
          if (draws.length < Math.min(BLOCK, capacity)) draws = new Uint32Array(Math.min(BLOCK, capacity))
          for (let done = 0; done < capacity; done += BLOCK) {
            const some = Math.min(BLOCK, capacity - done)
            fillUint32(stream, k + done, draws, some)
            spread(places, draws, accesses, done, some)
          }
          mixWrites(accesses, capacity, from, mix, k)
          k += capacity
          return capacity
        }
      }
    }
  }
}

const BLOCK = 1024

/** Draws (of 31 bits) below `threshold` are spread over the hot pages, the others over the cold ones, which follow them. */
interface HotOrCold {
  readonly threshold: number
  readonly hot: number
  /** Pages per draw: of the hot ones, of the cold ones. */
  readonly scales: Float64Array
}

const hotOrCold = (hot: number, cold: number, hotAccesses: number): HotOrCold => {
  // At least one draw stays cold, so that the threshold is a 32-bit integer.
  const threshold = Math.min(0x7fff_ffff, Math.round(hotAccesses * 0x8000_0000))
  return { threshold, hot, scales: new Float64Array([threshold === 0 ? 0 : hot / threshold, cold / (0x8000_0000 - threshold)]) }
}

const spread = (places: HotOrCold, draws: Uint32Array, out: Int32Array, at: number, n: number): void => {
  const threshold = places.threshold | 0
  const hot = places.hot | 0
  const scales = places.scales
  for (let i = 0; i < n; i++) {
    const draw = draws[i] >>> 1
    // All ones where the page is cold: a branch would be mispredicted at one access in ten.
    const cold = (threshold - 1 - draw) >> 31
    out[at + i] = (draw - (threshold & cold)) * scales[cold & 1] + (hot & cold)
  }
}
