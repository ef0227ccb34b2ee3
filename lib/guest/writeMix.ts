/**
 * How reads and writes of a workload are interleaved: evenly, by the carry of a 32-bit phase that grows by `step` at each access.
 *
 * `step` is ceil(share of writes * 2^32) as an int32; `all` when every access is a write (the step would be 2^32).
 */
export interface WriteMix {
  readonly all: boolean
  readonly step: number
}

/** The interleaving for two rates, each at least 0 and not both 0. */
export const writeMix = (rates: { readonly writesPerSecond: number; readonly readsPerSecond: number }): WriteMix => {
  const step = Math.ceil((rates.writesPerSecond / (rates.writesPerSecond + rates.readsPerSecond)) * 0x1_0000_0000)
  return { all: step === 0x1_0000_0000, step: step | 0 }
}

/**
 * Turns page numbers in `accesses[0..n)` into accesses `k` onwards (any counter below 2^53) of a workload whose first page is `from`.
 *
 * Law `evenly mixed`: of the first m accesses floor(m * share) are writes, the share being rounded up to a multiple of 2^-32. Cost: 0.3 to 0.6 ns an access.
 */
export const mixWrites = (accesses: Int32Array, n: number, from: number, { all, step }: WriteMix, k: number): void => {
  if (all || step === 0) {
    const kind = (from << 1) | Number(all)
    for (let i = 0; i < n; i++) accesses[i] = (accesses[i] << 1) + kind
    return
  }
  let phase = Math.imul(k, step)
  // Sum and step compared as unsigned numbers: the sum is smaller exactly when the addition carried.
  const unsignedStep = step ^ 0x8000_0000
  for (let i = 0; i < n; i++) {
    phase = (phase + step) | 0
    accesses[i] = ((from + accesses[i]) << 1) | Number((phase ^ 0x8000_0000) < unsignedStep)
  }
}
