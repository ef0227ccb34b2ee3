import { type Cache, type CacheOptions, cache } from '../memory/cache'

/**
 * What things take on a core, in cycles: an instruction, a branch beyond that, a line that comes from the cluster's memory, an access that goes past the caches, and the refill
 * of the fetch buffer after a branch. Straight code has a branch every `branchEvery` instructions. `storesFill`: a store waits for its line; without, it goes around the cache
 * (write-through with a write buffer) and neither waits nor counts.
 */
export type CoreCosts = {
  readonly instruction: number
  readonly branch: number
  readonly miss: number
  readonly uncached: number
  readonly refill: number
  readonly branchEvery: number
  readonly storesFill: boolean
}

/** Caches and costs of a core. */
export type CoreOptions = { readonly data: CacheOptions; readonly instructions: CacheOptions; readonly costs: CoreCosts }

/** What a core has done so far: events, and the cycles lost to them. `cycles` are those it worked, waiting for a lock included. */
export type CoreCounts = {
  readonly cycles: number
  readonly branches: number
  readonly dataMisses: number
  readonly instructionMisses: number
  readonly branchStalls: number
  readonly dataStalls: number
  readonly instructionStalls: number
}

/** A core that runs code: every method moves its clock on. `idleUntil` waits without working. */
export type KernelCore = {
  readonly id: number
  readonly now: () => number
  readonly counts: () => CoreCounts
  /** Runs the code of so many bytes from an address on, once through. */
  readonly run: (address: number, bytes: number) => void
  readonly branch: (times?: number) => void
  readonly load: (address: number, bytes?: number) => void
  readonly store: (address: number, bytes?: number) => void
  readonly uncached: () => void
  /** A loop whose code is there: so many rounds of so many cycles, each with a branch unless the hardware counts them. */
  readonly loop: (rounds: number, cycles: number, counted?: boolean) => void
  readonly invalidate: () => void
  readonly idleUntil: (time: number) => void
}

/** A core with empty caches at time 0. Throws RangeError on caches that are none. Cost of a call: O(lines touched x ways). */
export const kernelCore = (id: number, { data, instructions, costs }: CoreOptions): KernelCore => {
  const dataCache = cache(data)
  const instructionCache = cache(instructions)
  let now = 0
  let idle = 0
  let branches = 0
  let dataMisses = 0
  let dataStalls = 0
  const touch = (lines: Cache, { lineBytes }: CacheOptions, address: number, bytes: number, fill = true): number => {
    const before = lines.misses()
    for (let line = Math.floor(address / lineBytes); line * lineBytes < address + bytes; line++) lines.access(line * lineBytes, fill)
    return lines.misses() - before
  }
  const dataWait = (cycles: number): void => {
    dataStalls += cycles
    now += cycles
  }
  const branch = (times = 1): void => {
    branches += times
    now += times * (costs.branch + costs.refill)
  }
  return {
    id,
    now: () => now,
    counts: () => ({
      cycles: now - idle,
      branches,
      dataMisses,
      instructionMisses: instructionCache.misses(),
      branchStalls: branches * costs.branch,
      dataStalls,
      instructionStalls: instructionCache.misses() * costs.miss + branches * costs.refill
    }),
    run: (address, bytes) => {
      const executed = Math.ceil(bytes / instructionBytes)
      now += touch(instructionCache, instructions, address, bytes) * costs.miss + executed * costs.instruction
      branch(Math.floor(executed / costs.branchEvery))
    },
    branch,
    load: (address, bytes = 4) => {
      const missed = touch(dataCache, data, address, bytes)
      dataMisses += missed
      dataWait(missed * costs.miss)
    },
    store: (address, bytes = 4) => {
      const missed = touch(dataCache, data, address, bytes, costs.storesFill)
      if (!costs.storesFill) return
      dataMisses += missed
      dataWait(missed * costs.miss)
    },
    uncached: () => dataWait(costs.uncached),
    loop: (rounds, cycles, counted = false) => {
      if (!counted) branches += rounds
      now += rounds * cycles
    },
    invalidate: dataCache.invalidate,
    idleUntil: (time) => {
      if (time <= now) return
      idle += time - now
      now = time
    }
  }
}

const instructionBytes = 4
