import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type KernelCore, kernelCore } from '../../lib/guest/kernelCore'
import { type KernelProgram, kernelRun } from '../../lib/guest/kernelRun'

const lines = { bytes: 256, lineBytes: 64, ways: 2 }
const costs = { instruction: 1, branch: 4, miss: 20, uncached: 10, refill: 2, branchEvery: 6, storesFill: false }
const coreOf = (id: number): KernelCore => kernelCore(id, { data: lines, instructions: lines, costs })

describe('programs on cores that share locks', () => {
  it('are within a lock one at a time, and all come to their end', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.record({ before: fc.nat(500), within: fc.nat(500) }), { maxLength: 5 }), { minLength: 2, maxLength: 16 }),
        (plans) => {
          const run = kernelRun()
          const held: (readonly [number, number])[] = []
          let ended = 0
          plans.forEach((plan, id) => {
            const core = coreOf(id)
            run.start(
              (function* (): KernelProgram {
                for (const { before, within } of plan) {
                  core.loop(before, 1)
                  yield { type: 'lock', lock: 'one', core }
                  const from = core.now()
                  core.loop(within, 1)
                  yield { type: 'unlock', lock: 'one', core }
                  held.push([from, core.now()])
                }
                ended++
              })()
            )
          })
          run.finish(() => false)
          expect(ended).toBe(plans.length)
          held.sort(([one], [other]) => one - other)
          for (let i = 1; i < held.length; i++) expect(held[i][0]).toBeGreaterThanOrEqual(held[i - 1][1])
        }
      )
    )
  })

  it('that wait for a lock branch while they wait', () => {
    const run = kernelRun()
    const [holder, other] = [coreOf(0), coreOf(1)]
    run.start(
      (function* (): KernelProgram {
        yield { type: 'lock', lock: 'one', core: holder }
        holder.loop(10_000, 1, true)
        yield { type: 'unlock', lock: 'one', core: holder }
      })()
    )
    run.start(
      (function* (): KernelProgram {
        yield { type: 'until', at: 100, core: other }
        yield { type: 'lock', lock: 'one', core: other }
      })()
    )
    run.finish(() => false)
    expect(holder.counts().branches).toBe(0)
    expect(other.counts().branches).toBeGreaterThan(100)
    expect(other.now()).toBeGreaterThanOrEqual(10_000)
  })

  it('that sleep go on when they are woken; when none can go on, that is asked for', () => {
    const run = kernelRun()
    const core = coreOf(2)
    let woken = false
    run.start(
      (function* (): KernelProgram {
        yield { type: 'sleep', name: 'a', core }
        woken = true
      })()
    )
    const asked: number[] = []
    run.finish((at) => {
      asked.push(at)
      run.wake('b', 5)
      if (asked.length === 1) run.wake('a', 70)
      return asked.length === 1
    })
    expect([woken, asked.length, core.now()]).toEqual([true, 2, 70])
  })
})
