/** The hash of a list of counts (FNV-1a, a count at a time), in hexadecimal. */
export const hashOfCounts = (counts: readonly number[]): string =>
  (counts.reduce((hash, count) => Math.imul(hash ^ count, 0x01000193), 0x811c9dc5) >>> 0).toString(16)

/** The hash of a text (FNV-1a, a UTF-16 unit at a time), in hexadecimal. */
export const hashOfText = (text: string): string => {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return (hash >>> 0).toString(16)
}

/** The middle one; of an even number the upper of both. */
export const median = (of: readonly number[]): number => [...of].sort((a, b) => a - b)[of.length >> 1]

/** To three decimals. */
export const rounded = (x: number): number => Math.round(x * 1000) / 1000
