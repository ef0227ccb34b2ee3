import * as E from 'fp-ts/lib/Either'
import { describe, expect, it } from 'vitest'
import { plantedFaults } from '../../properties/broken/plantedFaults'
import { check } from '../../properties/check'
import { explain } from '../../properties/explain'
import { invariants } from '../../properties/invariants/invariants'

describe('planted faults', () => {
  it.each(plantedFaults().map((fault) => [fault.name, fault] as const))('%s is caught within 300 runs and shrunk', (_name, fault) => {
    const result = check(fault.pipeline, {
      runs: 300,
      seed: 2,
      wrap: fault.wrap,
      worlds: fault.worlds,
      invariants: invariants.filter(({ name }) => name === fault.invariant),
      repeat: fault.invariant === 'sameSeedSameJournal'
    })
    if (E.isRight(result)) throw new Error(`${fault.name} passed ${result.right.runs} runs`)
    const { invariant, plan, violation, journal, path, seed } = result.left
    expect(invariant).toBe(fault.invariant)
    // A page must come into use between two commands: with fewer pages the same seed writes elsewhere, so shrinking stops at 1 to 64 pages, by the seed.
    if (fault.name !== 'precopySelectingBeforeTracking') expect(plan.guest.pages).toBeLessThanOrEqual(8)
    expect(journal.split('\n').length).toBeLessThanOrEqual(150)
    expect(explain(result.left)).toContain(`{ seed: ${seed}, path: '${path}' }`)
    expect(explain(result.left)).toContain(violation.problem)
    if (process.env.SHOW) console.log(explain(result.left).slice(0, 900), '\n', journal.split('\n').length)
  })

  it('every invariant has a planted fault that breaks it', () => {
    const broken = new Set(plantedFaults().map(({ invariant }) => invariant))
    expect([...invariants.map(({ name }) => name), 'sameSeedSameJournal'].filter((name) => !broken.has(name))).toEqual([])
  })
})
