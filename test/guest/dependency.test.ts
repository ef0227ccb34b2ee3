import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Dependency, dependency, type Forwarded, type Policy, settle, slowdown } from '../../lib/guest/dependency'

const whole = fc.integer({ min: 0, max: 1_000_000 })
const rate = fc.double({ min: 0, max: 1e5, noNaN: true })
const forwarded = fc.record({ type: fc.constant('forwarded' as const), usesPerSecond: rate, nsPerUse: whole })
const leavesNothing = fc.oneof(
  fc.record({ type: fc.constant('moved' as const), bytes: whole }),
  fc.record({ type: fc.constant('rebound' as const), ns: whole })
)
const refused = fc.record({ type: fc.constant('refused' as const), reason: fc.constantFrom('locked', 'shared') })

const dependencies = (policy: fc.Arbitrary<Policy>): fc.Arbitrary<readonly Dependency[]> =>
  fc.array(
    fc.record({
      kind: fc.constantFrom('file' as const, 'communicator' as const, 'shared' as const, 'kernel' as const),
      name: fc.string({ minLength: 1 }),
      policy
    })
  )
const any = dependencies(fc.oneof(forwarded, leavesNothing, refused))

describe('settle', () => {
  it('moved and rebound dependencies leave needs empty', () => {
    fc.assert(
      fc.property(dependencies(leavesNothing), (list) => {
        const { needs, forwarded: left, refusals } = settle(list)
        expect([needs, left, refusals]).toEqual([[], [], []])
      })
    )
  })

  it('the needs are the names of the forwarded', () => {
    fc.assert(
      fc.property(any, (list) => {
        expect(settle(list).needs).toEqual(list.filter(({ policy }) => policy.type === 'forwarded').map(({ name }) => name))
      })
    )
  })

  it('a refused one is in refusals', () => {
    fc.assert(
      fc.property(any, (list) => {
        const reasons = list.flatMap(({ name, policy }) => (policy.type === 'refused' ? [`${name}: ${policy.reason}`] : []))
        expect(settle(list).refusals).toEqual(reasons)
      })
    )
  })

  it('settle([...a, ...b]) joins settle(a) and settle(b)', () => {
    fc.assert(
      fc.property(any, any, (a, b) => {
        const [first, second] = [settle(a), settle(b)]
        expect(settle([...a, ...b])).toEqual({
          refusals: [...first.refusals, ...second.refusals],
          movedBytes: first.movedBytes + second.movedBytes,
          reboundNs: first.reboundNs + second.reboundNs,
          forwarded: [...first.forwarded, ...second.forwarded],
          needs: [...first.needs, ...second.needs]
        })
      })
    )
  })
})

describe('slowdown', () => {
  it('slowdown grows with the round trip, the uses and the work per use, and stays below 1', () => {
    const uses = fc.record({ name: fc.constant('file'), usesPerSecond: rate, nsPerUse: whole })
    fc.assert(
      fc.property(fc.array(uses, { minLength: 1 }), whole, whole, rate, (list, roundTripNs, more, faster) => {
        const [head, ...tail] = list
        const at = (by: readonly Forwarded[], ns: number) => slowdown({ forwarded: by, roundTripNs: ns })
        const now = at(list, roundTripNs)
        expect(now).toBeGreaterThanOrEqual(0)
        expect(now).toBeLessThan(1)
        expect(at(list, roundTripNs + more)).toBeGreaterThanOrEqual(now)
        expect(at([{ ...head, nsPerUse: head.nsPerUse + more }, ...tail], roundTripNs)).toBeGreaterThanOrEqual(now)
        expect(at([{ ...head, usesPerSecond: head.usesPerSecond + faster }, ...tail], roundTripNs)).toBeGreaterThanOrEqual(now)
        expect(at([...list, head], roundTripNs)).toBeGreaterThanOrEqual(now)
      })
    )
  })

  it('a thousand uses a second at a millisecond each halve the guest', () => {
    const use = { name: 'file', usesPerSecond: 1000, nsPerUse: 400_000 }
    expect(slowdown({ forwarded: [use], roundTripNs: 600_000 })).toBe(0.5)
    expect(slowdown({ forwarded: [], roundTripNs: 600_000 })).toBe(0)
  })
})

describe('dependency', () => {
  it('refuses what makes no sense', () => {
    const made = (policy: Policy, name = 'log') => dependency({ kind: 'file', name, policy })
    expect(() => made({ type: 'moved', bytes: 1 }, '')).toThrow(new RangeError('dependency: name must not be empty (got "")'))
    expect(() => made({ type: 'moved', bytes: 0.5 })).toThrow(
      new RangeError('dependency: bytes of log must be an integer of at least 0 (got 0.5)')
    )
    expect(() => made({ type: 'rebound', ns: -1 })).toThrow(
      new RangeError('dependency: ns of log must be an integer of at least 0 (got -1)')
    )
    expect(() => made({ type: 'forwarded', usesPerSecond: 1, nsPerUse: -1 })).toThrow(/nsPerUse of log must be an integer/)
    expect(() => made({ type: 'forwarded', usesPerSecond: -1, nsPerUse: 1 })).toThrow(
      new RangeError('dependency: usesPerSecond of log must be at least 0 and finite (got -1)')
    )
    expect(() => made({ type: 'refused', reason: '' })).toThrow(new RangeError('dependency: reason of log must not be empty (got "")'))
  })
})
