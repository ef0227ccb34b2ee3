/** The arrays of one batch: its pages, the wire bytes up to the end of each, and when each has left. @internal */
export type PageBuffers = { readonly pages: Int32Array; readonly ends: Float64Array; readonly leaves: Float64Array }

/** Arrays for batches, used again: fresh typed arrays for every window would cost more than all the rest. @internal */
export type Buffers = { readonly take: (pages: number) => PageBuffers; readonly give: (used: PageBuffers) => void }

/** See `Buffers`. Sizes are powers of two. @internal */
export const pageBuffers = (): Buffers => {
  const pools: PageBuffers[][] = []
  const size = (n: number): number => (n <= 1 ? 0 : 32 - Math.clz32(n - 1))
  return {
    take: (n) => {
      const capacity = 1 << size(n)
      return (
        pools[size(n)]?.pop() ?? { pages: new Int32Array(capacity), ends: new Float64Array(capacity), leaves: new Float64Array(capacity) }
      )
    },
    give: (used) => {
      const pool = (pools[size(used.pages.length)] ??= [])
      pool.push(used)
    }
  }
}
