import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mppaWiring } from '../../../lib/world/mppaWiring'
import { brokenIso } from '../../../properties/isoAddress/brokenIso'
import { type IsoPlan, isoPlanOfChip, isoPlanOnChip } from '../../../properties/isoAddress/isoPlan'
import { type IsoRunning, runIsoPlan } from '../../../properties/isoAddress/runIsoPlan'

const wiring = mppaWiring()

/** Every plan keeps every invariant; what should happen sometimes, did. */
const keeps = (plans: fc.Arbitrary<IsoPlan>, running: IsoRunning, numRuns: number): Readonly<Record<string, number>> => {
  const seen: Record<string, number> = {}
  fc.assert(
    fc.property(plans, (plan) => {
      const ran = runIsoPlan(plan, { wiring, ...running })
      for (const [what, times] of Object.entries(ran.seen)) seen[what] = (seen[what] ?? 0) + times
      expect(ran.wrong).toBeUndefined()
    }),
    { numRuns, seed: 7 }
  )
  return seen
}

describe('iso-address threads on the clusters of a chip', () => {
  for (const breaks of [false, true])
    it(`keep every invariant in small memories${breaks ? ' when clusters and links break' : ''}`, () => {
      const { lost, pingPong: _, ...rest } = keeps(isoPlanOnChip({ breaks }), {}, 60)
      for (const [what, times] of Object.entries(rest)) expect([what, times > 0]).toEqual([what, true])
      expect(lost > 0).toBe(breaks)
    })

  it('keep every invariant on all 16, with 512 KiB each, when clusters break and when not', () => {
    const { migrated, negotiated, refused, lost } = keeps(
      fc.oneof(isoPlanOfChip({ breaks: false }), isoPlanOfChip({ breaks: true })),
      { every: 200 },
      6
    )
    expect([migrated > 0, negotiated > 0, refused > 0, lost > 0]).toEqual([true, true, true, true])
  })

  it('hand a slot from a thread that ends to one that waits, in the moment in which a lock opens', () => {
    const cells = (...words: readonly number[]) => words.map((n) => ({ type: 'cell' as const, words: n }))
    const { wrong } = runIsoPlan(
      {
        nodes: 3,
        slots: 43,
        stackSlots: 1,
        distribution: { type: 'cyclic', chunk: 1 },
        cache: 0,
        busy: 2,
        jitterUs: 0,
        releaseUs: 0,
        naive: false,
        threads: [
          { node: 1, steps: cells(3, 3, 28, 20) },
          { node: 0, steps: [{ type: 'again', node: 1 }, ...cells(28)] },
          { node: 1, steps: cells(28) }
        ],
        breaks: [{ what: 'host', node: 0, atUs: 376 }],
        seed: 0,
        chip: 'hop'
      },
      { wiring }
    )
    expect(wrong).toBeUndefined()
  })

  for (const name of ['withoutMutex', 'everybodyMayCome', 'busySlotsHandedOut'])
    it(`${name} is found there, too`, () => {
      const { machine, breaks } = brokenIso[name]
      const found = new Set<string>()
      const { failed } = fc.check(
        fc.property(isoPlanOnChip({ breaks: false }), (plan) => {
          const { wrong } = runIsoPlan(plan, { wiring, machine })
          if (wrong !== undefined) found.add(wrong.invariant)
          return wrong === undefined
        }),
        { numRuns: 300, seed: 3, endOnFailure: true }
      )
      expect([failed, found.size > 0, [...found].every((one) => breaks.some((other) => other === one))]).toEqual([true, true, true])
    })
})
