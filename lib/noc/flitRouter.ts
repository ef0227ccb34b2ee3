/**
 * A router's pipeline and buffers, in cycles and flits; the defaults are the base configuration of BookSim2 that the published curves of its users start from.
 *
 * - `bufferFlits` (8): flits that an input virtual channel holds. Below 5 a lone packet cannot stream: a credit's round trip is 5 cycles.
 * - `routingDelay` (1): route computation; 0 is look-ahead routing. `traversalDelay` (1): switch traversal. Each allocation takes one cycle.
 * - `linkLatency` (1): cycles on a link between routers. `creditDelay` (0): cycles until a credit that has come back is counted.
 * - `speculative` (false): heads bid for the switch while they bid for a virtual channel.
 * - `allocIterations` (1): iterations of iSLIP in each allocation.
 * - `waitForTailCredit` (false): a virtual channel is given to another packet only when the tail before it has left the buffer behind.
 */
export type FlitRouter = {
  readonly bufferFlits: number
  readonly routingDelay: number
  readonly traversalDelay: number
  readonly linkLatency: number
  readonly creditDelay: number
  readonly speculative: boolean
  readonly allocIterations: number
  readonly waitForTailCredit: boolean
}

/** A router; what is not given has BookSim2's base value. Errors: `RangeError` when a number is not an integer in its range (delays from 0 to 1,000, traversal and link from 1). */
export const flitRouter = (given: Partial<FlitRouter> = {}): FlitRouter => ({
  bufferFlits: whole('bufferFlits', given.bufferFlits ?? 8, 1, 1 << 16),
  routingDelay: whole('routingDelay', given.routingDelay ?? 1, 0, 1000),
  traversalDelay: whole('traversalDelay', given.traversalDelay ?? 1, 1, 1000),
  linkLatency: whole('linkLatency', given.linkLatency ?? 1, 1, 1000),
  creditDelay: whole('creditDelay', given.creditDelay ?? 0, 0, 1000),
  speculative: given.speculative ?? false,
  allocIterations: whole('allocIterations', given.allocIterations ?? 1, 1, 64),
  waitForTailCredit: given.waitForTailCredit ?? false
})

/**
 * Cycles that a packet of `flits` flits takes over `links` links when it is alone, from its head's leaving the source's terminal to its tail's coming in:
 * (H + 1) * (routing + allocations + traversal) + H * link + 3 + (L - 1), where the allocations take two cycles, or one when speculative. It holds from the buffers on
 * that a credit's round trip needs.
 *
 *     zeroLoadCycles(flitRouter(), 2, 8)   // 24
 */
export const zeroLoadCycles = (
  { routingDelay, traversalDelay, linkLatency, speculative }: FlitRouter,
  links: number,
  flits: number
): number => (links + 1) * (routingDelay + (speculative ? 1 : 2) + traversalDelay) + links * linkLatency + 3 + (flits - 1)

const whole = (name: string, value: number, least: number, most: number): number => {
  if (!(Number.isSafeInteger(value) && value >= least && value <= most))
    throw new RangeError(`flitRouter: ${name} must be an integer from ${least} to ${most} (got ${value})`)
  return value
}
