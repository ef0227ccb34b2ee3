import { describe, expect, it } from 'vitest'
import { qemu16 } from '../../../lib/migration/engines/qemu16'
import { type Recollection, recollect } from '../../../lib/migration/recollection'
import { pushed, round } from '../pushed'

/** The throttle after each round of so many nanoseconds, that sent 100 pages and dirtied so many. */
const throttles = (rounds: readonly { readonly ns?: number; readonly dirtied: number }[]): readonly number[] => {
  const { notes, throttle } = qemu16()
  let noted: ReturnType<typeof recollect>
  let now = 0
  return rounds.map(({ ns = 1.1e9, dirtied }, i) => {
    const last = round({ round: i + 1, startedAt: now, endedAt: now + ns, dirtied })
    now += ns
    const state = pushed({ last, bytes: (i + 1) * 100 * 4096 })
    noted = recollect(notes as readonly Recollection[], noted, state)
    return throttle!({ ...state, noted })
  })
}
const on = 30 / 41
const rounds = (n: number, dirtied: number, ns?: number) => Array.from({ length: n }, () => ({ dirtied, ...(ns ? { ns } : {}) }))

describe('qemu16', () => {
  it('takes 30 of every 41 ms from the sixth strike on, the first period not counting', () => {
    expect(throttles(rounds(9, 51))).toEqual([0, 0, 0, 0, 0, 0, on, on, on])
  })

  it('is struck by more than half of the bytes sent, not by half', () => {
    expect(throttles(rounds(20, 50)).at(-1)).toBe(0)
    expect(throttles(rounds(20, 51)).at(-1)).toBe(on)
  })

  it('counts strikes that do not follow each other, and stays on', () => {
    const mixed = rounds(12, 2).map((one, i) => (i % 2 === 1 ? { dirtied: 60 } : one))
    expect(throttles([{ dirtied: 2 }, ...mixed, ...rounds(3, 0)]).indexOf(on)).toBe(12)
    expect(throttles([...rounds(7, 60), ...rounds(5, 0)]).at(-1)).toBe(on)
  })

  it('counts a period of more than a second once, however many rounds it has', () => {
    expect(throttles(rounds(21, 60, 0.5e9)).indexOf(on)).toBe(20)
    expect(throttles(rounds(40, 60, 1e9)).indexOf(on)).toBe(13)
  })

  it('is struck only after a period with a dirty rate of a page a second', () => {
    expect(throttles([...rounds(3, 0), ...rounds(7, 60)]).indexOf(on)).toBe(9)
    const following = (dirtied: number) => rounds(14, 0).map((_, i) => ({ dirtied: i % 2 === 0 ? dirtied : 60 }))
    expect([following(1), following(2)].map((all) => throttles(all).indexOf(on))).toEqual([-1, 11])
  })
})
