import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { settle } from '../../lib/guest/dependency'
import { residual, type Unsettled } from '../../lib/guest/residual'

const kinds = ['file', 'communicator', 'shared', 'kernel'] as const
const each: readonly Unsettled[] = kinds.map((kind) => ({ kind, name: kind }))
const types = (preset: keyof typeof residual, atSource: boolean) =>
  residual[preset](each.map((one) => ({ ...one, atSource }))).map(({ policy }) => policy.type)

const unsettled = fc.array(
  fc.record({
    kind: fc.constantFrom(...kinds),
    name: fc.string({ minLength: 1 }),
    usesPerSecond: fc.double({ min: 0, max: 1e5, noNaN: true }),
    nsPerUse: fc.nat(),
    bytes: fc.nat(),
    reboundNs: fc.nat(),
    atSource: fc.boolean()
  })
)

describe('residual', () => {
  it('MOSIX forwards everything to the home node, and does not migrate who shares memory', () => {
    expect(types('mosix', false)).toEqual(['forwarded', 'forwarded', 'refused', 'forwarded'])
    expect(types('mosix', true)).toEqual(['forwarded', 'forwarded', 'refused', 'forwarded'])
    expect(settle(residual.mosix(each)).refusals).toEqual(['shared: MOSIX does not migrate a process that shares memory'])
  })

  it('V leaves nothing behind, or does not migrate', () => {
    expect(types('v', false)).toEqual(['rebound', 'rebound', 'refused', 'moved'])
    expect(types('v', true)).toEqual(['refused', 'refused', 'refused', 'refused'])
    fc.assert(
      fc.property(unsettled, (list) => {
        expect(settle(residual.v(list)).needs).toEqual([])
      })
    )
  })

  it('OSF/1 AD TNC needs the source only for what the source serves', () => {
    expect(types('osf1', false)).toEqual(['rebound', 'rebound', 'forwarded', 'moved'])
    expect(types('osf1', true)).toEqual(['forwarded', 'forwarded', 'forwarded', 'forwarded'])
    fc.assert(
      fc.property(unsettled, (list) => {
        const { needs, refusals } = settle(residual.osf1(list))
        expect(refusals).toEqual([])
        expect(needs).toEqual(list.filter(({ kind, atSource }) => atSource || kind === 'shared').map(({ name }) => name))
      })
    )
  })

  it('keeps names, kinds and order, and the figures it is given', () => {
    fc.assert(
      fc.property(unsettled, fc.constantFrom(residual.mosix, residual.v, residual.osf1), (list, preset) => {
        const settled = preset(list)
        expect(settled.map(({ kind, name }) => [kind, name])).toEqual(list.map(({ kind, name }) => [kind, name]))
        settled.forEach(({ policy }, i) => {
          const { bytes, reboundNs, usesPerSecond, nsPerUse } = list[i]
          if (policy.type === 'moved') expect(policy.bytes).toBe(bytes)
          if (policy.type === 'rebound') expect(policy.ns).toBe(reboundNs)
          if (policy.type === 'forwarded') expect(policy).toEqual({ type: 'forwarded', usesPerSecond, nsPerUse })
        })
      })
    )
  })
})
