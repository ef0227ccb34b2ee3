import { describe, expect, it } from 'vitest'
import { uareaEffects, uareaVerdicts } from '../../pipelines/reproduce/uarea'
import { type UareaCompared, uareaCompared, uareaMeasures, uareaPublished, uareaVariants } from '../../pipelines/reproduce/uareaRuns'

/** All of it, on 100 seeds: `npm start -- reproduce uarea`. */
describe('thread creation and joining with a UArea and without', () => {
  const compared = uareaCompared(uareaPublished, 1, 24)
  const itself = uareaCompared(uareaVariants.find(({ name }) => name === 'a UArea against itself')!, 1, 4)

  const held = (of: UareaCompared, control = itself): readonly boolean[] => uareaVerdicts(of, control).map(({ holds }) => holds)

  it('have the signs and the order of magnitude of the published effects in cycles lost; data misses lead instruction misses, which they do not as published', () => {
    const { create, join } = compared
    for (const [measure, published] of [
      ['branchStalls', uareaEffects.branches],
      ['dataStalls', uareaEffects.data],
      ['instructionStalls', uareaEffects.instructions]
    ] as const) {
      expect(create[measure].percent.mean).toBeLessThan(published / 3)
      expect(create[measure].percent.mean).toBeGreaterThan(published * 3)
      expect(create[measure].percent.mean + create[measure].percent.half).toBeLessThan(0)
    }
    expect(Math.abs(join.cycles.percent.mean)).toBeLessThan(2)
    expect(held(compared).slice(1, 5)).toEqual([true, false, false, true])
  })

  it('differ in nothing where both are the same', () => {
    for (const call of [itself.create, itself.join])
      for (const measure of uareaMeasures) expect(call[measure].percent).toEqual({ mean: 0, half: 0 })
    expect(held(compared).at(-1)).toBe(true)
    expect(held(compared, compared).at(-1)).toBe(false)
  })

  it('would miss were the layouts the other way round', () => {
    const turned = uareaCompared({ ...uareaPublished, before: uareaPublished.after, after: uareaPublished.before }, 1, 8)
    expect(held(turned).slice(0, 2)).toEqual([false, false])
    expect(held(turned)[4]).toBe(false)
  })

  it('are the same for the same seed and differ for another', () => {
    expect(uareaCompared(uareaPublished, 'a', 4)).toEqual(uareaCompared(uareaPublished, 'a', 4))
    expect(uareaCompared(uareaPublished, 'b', 4)).not.toEqual(uareaCompared(uareaPublished, 'a', 4))
  })

  it('are varied under names of their own', () => {
    expect(new Set(uareaVariants.map(({ name }) => name)).size).toBe(uareaVariants.length)
  })
})
