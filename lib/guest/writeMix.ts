/**
 * How reads and writes of a workload are interleaved: evenly, by the carry of a 31-bit phase that grows by `step` at each access.
 *
 * `step` is ceil(share of writes * 2^31); 2^31, when every access is a write, becomes `all`.
 */
export interface WriteMix {
  readonly all: boolean
  readonly step: number
}

/** The interleaving for two rates, each at least 0 and not both 0. */
export const writeMix = (rates: { readonly writesPerSecond: number; readonly readsPerSecond: number }): WriteMix => {
  const step = Math.ceil((rates.writesPerSecond / (rates.writesPerSecond + rates.readsPerSecond)) * 0x8000_0000)
  return step === 0x8000_0000 ? { all: true, step: 0 } : { all: false, step }
}

/**
 * Turns page numbers in `accesses[0..n)` into accesses `k` onwards (any counter below 2^53) of a workload whose first page is `from`.
 *
 * Law `evenly mixed`: of the first m accesses floor(m * share) are writes, the share being rounded up to a multiple of 2^-31. Cost: 0.3 to
 * 1.5 ns an access.
 */
export const mixWrites = (accesses: Int32Array, n: number, from: number, { all, step }: WriteMix, k: number): void => {
  if (all || step === 0) {
    const kind = (from << 1) | (all ? 1 : 0)
    for (let i = 0; i < n; i++) accesses[i] = (accesses[i] << 1) + kind
    return
  }
  // Told to be integers, these stay in registers as such; from an object's field they would be doubles.
  const start = from | 0
  const grows = step | 0
  let phase = Math.imul(k, grows)
  for (let i = 0; i < n; i++) {
    phase = ((phase & 0x7fff_ffff) + grows) | 0
    accesses[i] = ((start + accesses[i]) << 1) | (phase >>> 31)
  }
}
