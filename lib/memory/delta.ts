import type { PageContent } from './content'

/**
 * What changes one content of a page into another: of versions their difference, of bytes the exclusive or of both. Law: `patched(from, difference(from, to))` is
 * `to`. Throws `RangeError` when they are not of one fidelity.
 */
export function difference(from: PageContent, to: PageContent): PageContent {
  if (typeof from === 'number' && typeof to === 'number') return (to - from) | 0
  return combined('difference', from, to)
}

/** A content with a difference applied; anything but the content that the difference was taken from gives garbage, as it does in XBZRLE. */
export function patched(present: PageContent, delta: PageContent): PageContent {
  if (typeof present === 'number' && typeof delta === 'number') return (present + delta) | 0
  return combined('patched', present, delta)
}

/**
 * The bytes of a difference, encoded as XBZRLE does: runs of equal bytes by their length, runs of changed bytes by length and content, lengths in base 128 (QEMU,
 * migration/xbzrle.c). A difference of versions is taken for that many writes of one aligned word each, far apart: two lengths and four bytes for the word and
 * as many for the counter that `bytes` keep in a page's first word. Cost: one pass over the page.
 */
export function deltaBytes(delta: PageContent): number {
  if (typeof delta === 'number') return delta === 0 ? 0 : 6 + 7 * Math.min(Math.abs(delta), 2 ** 20)
  let bytes = 0
  let equal = 0
  let changed = 0
  const end = (): void => {
    if (changed === 0) return
    bytes += lengthBytes(equal) + lengthBytes(changed) + changed
    equal = 0
    changed = 0
  }
  for (const word of delta)
    for (let shift = 0; shift < 32; shift += 8) {
      if (((word >>> shift) & 0xff) !== 0) changed++
      else {
        end()
        equal++
      }
    }
  end()
  return bytes
}

function lengthBytes(length: number): number {
  return length < 2 ** 7 ? 1 : length < 2 ** 14 ? 2 : length < 2 ** 21 ? 3 : 4
}

function combined(caller: string, a: PageContent, b: PageContent): Int32Array {
  if (typeof a === 'number' || typeof b === 'number')
    throw new RangeError(`${caller}: both contents must be of one fidelity (got ${shape(a)} and ${shape(b)})`)
  // Words that one of them lacks are zero.
  const words = new Int32Array(Math.max(a.length, b.length))
  for (let i = 0; i < words.length; i++) words[i] = a[i] ^ b[i]
  return words
}

function shape(of: PageContent): string {
  return typeof of === 'number' ? 'a version' : `${of.length} words`
}
