import { describe, expect, it } from 'vitest'
import { type CoreOptions, kernelCore } from '../../lib/guest/kernelCore'

const small = { bytes: 256, lineBytes: 64, ways: 2 }
const options: CoreOptions = {
  data: small,
  instructions: small,
  costs: { instruction: 1, branch: 4, miss: 20, uncached: 10, refill: 2, branchEvery: 6, storesFill: false }
}

describe('a core of the kernel', () => {
  it('pays for the instructions it runs, the lines it fetches and the branches between', () => {
    const core = kernelCore(0, options)
    core.run(60, 72)
    expect(core.now()).toBe(18 + 3 * 20 + 3 * (4 + 2))
    expect(core.counts()).toMatchObject({
      instructionMisses: 3,
      branches: 3,
      branchStalls: 12,
      instructionStalls: 3 * 20 + 3 * 2,
      dataMisses: 0
    })
    core.run(64, 4)
    expect(core.counts().instructionMisses).toBe(3)
  })

  it('waits for loads that miss, again after it was emptied', () => {
    const core = kernelCore(0, options)
    core.load(62, 4)
    core.load(0)
    expect(core.counts()).toMatchObject({ dataMisses: 2, dataStalls: 40 })
    core.invalidate()
    core.load(0)
    expect(core.counts().dataMisses).toBe(3)
  })

  it('waits for stores only when they fill', () => {
    const around = kernelCore(0, options)
    around.store(0, 128)
    around.load(0)
    expect(around.counts().dataMisses).toBe(1)
    const filling = kernelCore(0, { ...options, costs: { ...options.costs, storesFill: true } })
    filling.store(0, 128)
    filling.load(0)
    expect(filling.counts().dataMisses).toBe(2)
  })

  it('does not count as work what it is idle, nor as misses what goes past the caches', () => {
    const core = kernelCore(3, options)
    core.idleUntil(100)
    core.idleUntil(50)
    core.uncached()
    core.loop(5, 7)
    core.loop(5, 7, true)
    expect(core.now()).toBe(100 + 10 + 70)
    expect(core.counts()).toMatchObject({ cycles: 80, branches: 5, dataMisses: 0, dataStalls: 10 })
  })
})
