import type { OperatorFunction } from 'rxjs'
import { mealy } from '../stream/mealy'
import type { Packet } from './noc'
import { type BucketState, type Limit, tokenBucket } from './tokenBucket'

/**
 * An ingress limiter of one flow, as an operator: each packet goes on at once, its `cycle` put off to the first in which the flow keeps to its limit. The order stays.
 *
 *     packets                                --a-b-c-----|      cycles 0, 1, 2, of 8 flits each
 *     limiter({ sigma: 8, rho: 0.5 })        --A-B-C-----|      cycles 0, 16, 32
 *
 * Laws: any packets i to j that come out carry at most sigma + rho * (cycle j - cycle i) flits; no packet goes before its time or before the one that came before it;
 * `limiter(l)` after `limiter(l)` changes nothing more.
 *
 * Errors: `RangeError` as of `tokenBucket`; a packet of another size goes to the error channel.
 */
export const limiter = (limit: Limit): OperatorFunction<Packet, Packet> => {
  const { initial, admit } = tokenBucket(limit)
  return mealy((bucket: BucketState, packet: Packet) => {
    const [cycle, next] = admit(bucket, packet)
    return [[{ ...packet, cycle }], next]
  }, initial)
}
