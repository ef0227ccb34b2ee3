import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { afterMove, runningProcesses } from '../../lib/motive/chipView'
import { evacuation } from '../../lib/motive/evacuation'
import { clusterWith, seen, viewOf } from './views'

describe('evacuation', () => {
  it('moves the largest first, to where most cores are to spare, so many at once', () => {
    const view = viewOf([
      clusterWith('cc0', [seen('a', { threads: 2 }), seen('b', { threads: 2, pages: 9 }), seen('c', { threads: 5 })]),
      clusterWith('cc1', [seen('d', { threads: 4 })]),
      clusterWith('cc2', [])
    ])
    expect(evacuation({ clusters: ['cc0'], together: 2 })(view).map((one) => [one.type, one.process, 'to' in one && one.to])).toEqual([
      ['migrate', 'b', 'cc2'],
      ['migrate', 'c', 'cc2']
    ])
    expect(evacuation({ clusters: ['cc0'] })(view)).toHaveLength(3)
  })
  it('moves nothing where there is no room for all, and says of which', () => {
    const view = viewOf([
      clusterWith('cc0', [seen('a', { threads: 9 }), seen('b', { threads: 8 })]),
      clusterWith('cc1', [seen('c', { threads: 3 })])
    ])
    expect(evacuation({ clusters: ['cc0'] })(view)).toMatchObject([
      {
        type: 'stay',
        process: 'b',
        reason: 'no other cluster would have room for it: nothing is evacuated',
        figures: { ofThem: 2, processes: 2 }
      }
    ])
  })
  it('leaves an empty cluster, and does not use it', () => {
    const view = viewOf([clusterWith('cc0', [seen('a')]), clusterWith('cc1', []), clusterWith('cc2', [seen('b')])])
    expect(evacuation({ clusters: ['cc1'] })(view)).toEqual([])
    expect(evacuation({ clusters: ['cc0', 'cc1'] })(view)).toMatchObject([{ to: 'cc2' }])
  })
  it('empties the cluster or moves nothing, and never more into a cluster than fits', () => {
    const process = fc.record({ threads: fc.integer({ min: 1, max: 9 }), pages: fc.integer({ min: 0, max: 40 }) })
    fc.assert(
      fc.property(
        fc.array(process, { maxLength: 4 }),
        fc.array(fc.integer({ min: 0, max: 36 }), { minLength: 1, maxLength: 3 }),
        (leaving, free) => {
          const view = viewOf([
            clusterWith(
              'cc0',
              leaving.map((p, i) => seen(`p${i}`, p))
            ),
            ...free.map((freeKernelPages, i) => clusterWith(`cc${i + 1}`, [], { freeKernelPages }))
          ])
          const decisions = evacuation({ clusters: ['cc0'], together: 99 })(view)
          const moves = decisions.flatMap((one) => (one.type === 'migrate' ? [one] : []))
          expect([0, leaving.length]).toContain(moves.length)
          let after = view
          for (const { process: name, to } of moves)
            after = afterMove(after, runningProcesses(after).find((one) => one.process === name)!, to)
          for (const { freeFrames, freeKernelPages } of after.clusters.slice(1))
            expect(Math.min(freeFrames, freeKernelPages)).toBeGreaterThanOrEqual(0)
        }
      )
    )
  })
  it('refuses to empty nothing', () => {
    expect(() => evacuation({ clusters: [] })).toThrow('evacuation: clusters must name one or more (got none)')
    expect(() => evacuation({ clusters: ['cc0'], together: 0.5 })).toThrow('evacuation: together must be an integer from 1 on (got 0.5)')
  })
})
