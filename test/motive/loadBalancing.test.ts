import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exponentialLifetimes } from '../../lib/guest/lifetimes'
import { inOrder } from '../../lib/motive/chipDecision'
import { loadBalancing } from '../../lib/motive/loadBalancing'
import { clusterWith, seen, viewOf } from './views'

const moveNs = () => 30e6
const one = { cores: 1 }
/** Processes of such ages in ms on one core, beside empty clusters. */
const crowd = (ages: readonly number[], empty = 1) =>
  viewOf([
    clusterWith(
      'cc0',
      ages.map((ms, i) => seen(`p${i}`, { cpuNs: ms * 1e6 })),
      one
    ),
    ...Array.from({ length: empty }, (_, i) => clusterWith(`cc${i + 1}`, [], one))
  ])

describe('loadBalancing', () => {
  it('moves a process whose age is more than the move costs over what the crowd there has more', () => {
    const [decision, ...others] = loadBalancing({ moveNs })(crowd([31, 5]))
    expect(decision).toMatchObject({ type: 'migrate', process: 'p0', from: 'cc0', to: 'cc1' })
    expect(decision.figures).toEqual({ ageNs: 31e6, leftNs: 31e6, costNs: 30e6, threadsPerCore: 2, there: 1, gainNs: 1e6 })
    expect(others).toEqual([])
  })
  it('leaves a younger one, and says why', () => {
    expect(loadBalancing({ moveNs })(crowd([30, 5])).map(({ type, process }) => [type, process])).toEqual([['stay', 'p0']])
  })
  it('asks for less age where the crowd is larger: 16 ms of four to one', () => {
    expect(loadBalancing({ moveNs })(crowd([11, 3, 2, 1])).filter(({ type }) => type === 'migrate')).toHaveLength(1)
    expect(loadBalancing({ moveNs })(crowd([9, 3, 2, 1])).filter(({ type }) => type === 'migrate')).toHaveLength(0)
  })
  it('decides each move in view of those before it', () => {
    const moves = loadBalancing({ moveNs })(crowd([500, 400, 300, 200], 2))
    expect(
      moves
        .filter(({ type }) => type === 'migrate')
        .map(({ process, figures: { threadsPerCore, there } }) => [process, threadsPerCore, there])
    ).toEqual([
      ['p0', 4, 1],
      ['p1', 3, 1]
    ])
  })
  it('does nothing where there are cores for all threads, however unlike the clusters', () => {
    expect(loadBalancing({ moveNs: () => 0 })(viewOf([clusterWith('cc0', [seen('p', { threads: 15 })]), clusterWith('cc1', [])]))).toEqual(
      []
    )
  })
  it('with exponential lifetimes knows that age says nothing', () => {
    const { remainingNs } = exponentialLifetimes({ meanNs: 20e6 })
    for (const age of [1, 50, 5000])
      expect(loadBalancing({ moveNs, remainingNs })(crowd([age, age])).filter(({ type }) => type === 'migrate')).toEqual([])
    expect(loadBalancing({ moveNs: () => 10e6, remainingNs })(crowd([0, 0])).filter(({ type }) => type === 'migrate')).toHaveLength(1)
  })
  it('moves none that is moving already, and none to where there is no room', () => {
    const frozen = seen('p0', { cpuNs: 9e9, state: 'frozen' })
    expect(
      loadBalancing({ moveNs })(viewOf([clusterWith('cc0', [frozen, seen('p1', { cpuNs: 1 })], one), clusterWith('cc1', [], one)])).map(
        ({ type }) => type
      )
    ).toEqual(['stay'])
    const full = clusterWith('cc1', [], { cores: 1, freeKernelPages: 1 })
    expect(loadBalancing({ moveNs })(viewOf([clusterWith('cc0', [seen('p0'), seen('p1')], one), full]))).toEqual([])
  })
  it('leaves no cluster more crowded than the one it takes from, whatever the chip', () => {
    const chip = fc.array(
      fc.array(fc.record({ threads: fc.integer({ min: 1, max: 4 }), cpuNs: fc.integer({ min: 0, max: 1e9 }) }), { maxLength: 6 }),
      { minLength: 1, maxLength: 4 }
    )
    fc.assert(
      fc.property(chip, (clusters) => {
        const view = viewOf(
          clusters.map((processes, i) =>
            clusterWith(
              `cc${i}`,
              processes.map((p, j) => seen(`p${i}.${j}`, p)),
              { cores: 2, freeKernelPages: 99 }
            )
          )
        )
        const decisions = loadBalancing({ moveNs })(view)
        for (const { type, figures } of decisions) if (type === 'migrate') expect(figures.there).toBeLessThan(figures.threadsPerCore)
        expect(new Set(decisions.map(({ process }) => process)).size).toBe(decisions.length)
      })
    )
  })
  it('decides beside others by rank', () => {
    const view = crowd([31, 5])
    const nothing = () => []
    expect(
      inOrder([
        nothing,
        loadBalancing({ moveNs }),
        () => {
          throw new Error('asked')
        }
      ])(view)
    ).toEqual(loadBalancing({ moveNs })(view))
  })
  it('refuses no moves at all', () => {
    expect(() => loadBalancing({ atMost: 0 })).toThrow('loadBalancing: atMost must be an integer from 1 on (got 0)')
  })
})
