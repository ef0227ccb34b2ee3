/**
 * What a flow may send: in any window of t cycles at most sigma + rho * t flits, each packet counted whole in its cycle (Cruz, IEEE Trans. Information Theory 37(1), 1991).
 *
 * - `sigma`: flits that may come at once. `rho`: flits a cycle; counted in multiples of 2^-20, rounded down.
 * - `least` (1), `most` (sigma, whole): flits of a packet, header included.
 */
export type Limit = { readonly sigma: number; readonly rho: number; readonly least?: number; readonly most?: number }

/** What a bucket knows between packets: how full it was (in 2^-20 flits) at a cycle. */
export type BucketState = { readonly cycle: number; readonly level: number }

/**
 * A token bucket as a machine: `admit` says the first cycle, from the packet's own and the one before it on, in which the packet may go, and what is known then.
 *
 * Law: of what was admitted, any packets i to j carry at most sigma + rho * (cycle j - cycle i) flits together; and a stream that keeps to the limit is not delayed.
 *
 * Errors: `RangeError` when rho is not from 2^-20 to 1, sigma not from `most` on, the sizes not integers with 1 <= least <= most; `admit`: when a packet is smaller or larger.
 */
export const tokenBucket = (limit: Limit) => {
  const { sigma, rho } = limit
  const { least, most } = sizesOf(limit)
  if (!(rho >= 1 / unit && rho <= 1)) throw new RangeError(`tokenBucket: rho must be from 2^-20 to 1 flit a cycle (got ${rho})`)
  if (!(Number.isSafeInteger(least) && Number.isSafeInteger(most) && least >= 1 && least <= most))
    throw new RangeError(`tokenBucket: sizes of packets must be integers with 1 <= least <= most (got ${least} and ${most})`)
  if (!(sigma >= most && sigma <= 1 << 30))
    throw new RangeError(`tokenBucket: sigma must be from the largest packet (${most}) to 2^30 flits (got ${sigma})`)
  const rate = Math.floor(rho * unit)
  const full = Math.floor(sigma * unit)
  const initial: BucketState = { cycle: 0, level: 0 }
  const admit = (
    { cycle: last, level }: BucketState,
    { cycle, flits }: { readonly cycle: number; readonly flits: number }
  ): readonly [number, BucketState] => {
    if (!(flits >= least && flits <= most))
      throw new RangeError(`limiter: a packet of this flow has ${least} to ${most} flits (got ${flits})`)
    const from = Math.max(cycle, last)
    const left = Math.max(0, level - rate * (from - last))
    const wait = Math.max(0, Math.ceil((left + flits * unit - full) / rate))
    return [from + wait, { cycle: from + wait, level: Math.max(0, left - rate * wait) + flits * unit }]
  }
  return { initial, admit }
}

/** The smallest and the largest packet of a limit. */
export const sizesOf = ({ sigma, least = 1, most = Math.floor(sigma) }: Limit): { readonly least: number; readonly most: number } => ({
  least,
  most
})

/** Parts of a flit in which buckets count: integers, so that no rounding gathers over a long stream. */
const unit = 2 ** 20
