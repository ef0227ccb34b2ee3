import { describe, expect, it } from 'vitest'
import { qemu16Brake } from '../../../lib/migration/engines/qemu16Brake'

type Synced = { readonly ms?: number; readonly dirtied: number; readonly sent?: number }

/** The throttle after each sync: so many milliseconds and sent pages (100 unless told) after the one before, of which the first is at the beginning. */
const throttles = (syncs: readonly Synced[]): readonly number[] => {
  let [throttle, state] = qemu16Brake.next(null, { at: 5e9, syncs: 1, bytes: 0, newlyDirty: 0, pageBytes: 4096, throttle: 0 })
  let [at, bytes] = [5e9, 0]
  return syncs.map(({ ms = 1001, dirtied, sent = 100 }, i) => {
    at += ms * 1e6
    bytes += sent * 4096
    ;[throttle, state] = qemu16Brake.next(state, { at, syncs: i + 2, bytes, newlyDirty: dirtied, pageBytes: 4096, throttle })
    return throttle
  })
}
const on = 30 / 41
const syncs = (n: number, dirtied: number, ms?: number) => Array.from({ length: n }, () => ({ dirtied, ...(ms ? { ms } : {}) }))

describe('qemu16Brake', () => {
  it('takes 30 of every 41 ms from the sixth strike on, the first period not counting', () => {
    expect(throttles(syncs(9, 51))).toEqual([0, 0, 0, 0, 0, 0, on, on, on])
  })

  it('is struck by more than half of the bytes sent, not by half', () => {
    expect(throttles(syncs(20, 50)).at(-1)).toBe(0)
    expect(throttles(syncs(20, 51)).at(-1)).toBe(on)
  })

  it('counts strikes that do not follow each other, and stays on', () => {
    const mixed = syncs(12, 2).map((one, i) => (i % 2 === 1 ? { dirtied: 60 } : one))
    expect(throttles([{ dirtied: 2 }, ...mixed, ...syncs(3, 0)]).indexOf(on)).toBe(12)
    expect(throttles([...syncs(7, 60), ...syncs(5, 0)]).at(-1)).toBe(on)
  })

  it('counts a period of more than a second once, however many syncs it has', () => {
    expect(throttles(syncs(21, 60, 501)).indexOf(on)).toBe(13)
    expect(throttles(syncs(21, 60, 500)).indexOf(on)).toBe(20)
    expect(throttles(syncs(40, 60, 1000)).indexOf(on)).toBe(13)
    const first = (ms: number) => throttles([{ ms, dirtied: 60 }, ...syncs(8, 60)]).indexOf(on)
    expect([1000.9, 1001].map(first)).toEqual([7, 6])
  })

  it('adds up what was dirtied in a period and what was sent', () => {
    const halves = (dirtied: number) => throttles(Array.from({ length: 20 }, (_, i) => ({ dirtied: i % 2 ? dirtied : 1, ms: 600 })))
    expect([halves(99), halves(100)].map((all) => all.indexOf(on))).toEqual([-1, 13])
  })

  it('is struck only after a period with a dirty rate of a page a second', () => {
    expect(throttles([...syncs(3, 0), ...syncs(7, 60)]).indexOf(on)).toBe(9)
    const following = (dirtied: number) => syncs(14, 0).map((_, i) => ({ dirtied: i % 2 === 0 ? dirtied : 60 }))
    expect([following(1), following(2)].map((all) => throttles(all).indexOf(on))).toEqual([-1, 11])
  })
})
