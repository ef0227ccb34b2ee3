import { describe, expect, it } from 'vitest'
import { savedPages } from '../../lib/checkpoint/accounts'

/** Chanchio et al., NCA 2011: the four kernels as published. */
const published = {
  EP: { workingSet: 108289, hash: 1692, skipped: 1173, dropped: 308, saved: 108500 },
  MG: { workingSet: 237016, hash: 112460, skipped: 64853, dropped: 38086, saved: 246537 },
  IS: { workingSet: 400196, hash: 273754, skipped: 191077, dropped: 11762, saved: 471112 },
  FT: { workingSet: 462750, hash: 325022, skipped: 169798, dropped: 14446, saved: 603529 }
}

describe('the accounting identity', () => {
  it.each(Object.entries(published))('holds of the published row of %s within one page', (_, row) => {
    expect(Math.abs(savedPages(row) - row.saved)).toBeLessThanOrEqual(1)
  })
})
