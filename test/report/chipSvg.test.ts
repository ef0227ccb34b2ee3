import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { feedForwardRoutes } from '../../lib/noc/feedForwardRoutes'
import { dimensionOrder } from '../../lib/noc/routing'
import { sourceRouted } from '../../lib/noc/sourceRouted'
import { mesh, type Topology, torus } from '../../lib/noc/topology'
import type { Entry, Journal } from '../../lib/protocol/journal'
import { chipActivity } from '../../lib/report/chipActivity'
import { busyLinks } from '../../lib/report/chipLoads'
import { type ChipSvgOptions, chipSvg } from '../../lib/report/chipSvg'
import { runFold } from '../../lib/stream/fold'
import { seconds } from '../../lib/time/time'
import { chip } from '../../lib/world/chip'
import { type ChipWiring, mppaWiring } from '../../lib/world/mppaWiring'
import { allgather } from '../../pipelines/collectives/allgather'
import { broadcast } from '../../pipelines/collectives/broadcast'
import { chipPlans, timedPrograms } from '../../properties/chip/chipPlan'
import { journalOf } from '../../properties/journalOf'
import { arrived, begunChip, movedProcess, told } from './chipJournals'
import { overlaps, svgTexts } from './svgTexts'
import { xmlProblem } from './xml'

const wiring = mppaWiring()
const drawn = (journal: Journal, options: ChipSvgOptions = {}): string => chipSvg(options)(runFold(chipActivity({ wiring }), journal))
const alone = (journal: Journal): string => chipSvg()(runFold(chipActivity(), journal))

const names = ['io0', 'io0.1', 'io0.2', 'io0.3', 'io1', 'io1.1', 'io1.2', 'io1.3', ...Array.from({ length: 16 }, (_, i) => `cc${i}`)]
const onMesh = (radices: readonly number[]): ChipWiring => {
  const topology = mesh(radices)
  return { topology, routing: dimensionOrder(topology, 1), nodeOf: (name) => names.indexOf(name) % topology.nodes }
}
const sourced = (topology: Topology): ChipWiring => ({
  topology,
  routing: sourceRouted(topology, feedForwardRoutes(topology)),
  nodeOf: (name) => names.indexOf(name) % topology.nodes
})

/** What must hold of every such picture: it is XML, says no nonsense, and no text lies upon another or beyond the rim. */
const expectReadable = (svg: string): void => {
  expect(xmlProblem(svg)).toBe(undefined)
  expect(svg).not.toMatch(/NaN|undefined|Infinity|href|url\(|@import/)
  const texts = svgTexts(svg)
  expect(overlaps(texts)).toEqual([])
  expect(texts.filter(({ left, right }) => left < 0 || right > 1000)).toEqual([])
}

describe('chipSvg', () => {
  it('draws a migration as it was reviewed', async () => {
    await expect(drawn(movedProcess(), { caption: ['a process of 18 threads moves'] })).toMatchFileSnapshot('golden/movedProcess.svg')
  })

  it('draws a broadcast behind a link that dies as it was reviewed', async () => {
    const world = chip({ wiring, faults: [{ at: 300_000, link: [1, 2] }] })
    const journal = journalOf(broadcast({ clusters: 4, over: 'portal', bytes: 16_384 }), world, { seed: 7, until: seconds(1) })
    await expect(drawn(journal)).toMatchFileSnapshot('golden/broadcast.svg')
  })

  it('can be read whatever programs do and whatever fails', () => {
    fc.assert(
      fc.property(chipPlans, fc.constantFrom('data', 'control'), (plan, network) => {
        const world = chip({ wiring, faults: plan.faults, fidelity: plan.fidelity })
        const journal = journalOf(timedPrograms(plan), world, { until: seconds(1) })
        const svg = drawn(journal, { network })
        expectReadable(svg)
        expect(drawn(journal, { network })).toBe(svg)
      }),
      { numRuns: 25 }
    )
  })

  it.each(
    Object.entries({
      'a line': onMesh([12]),
      'a ring of two': onMesh([2]),
      'a mesh of three dimensions': onMesh([3, 3, 3]),
      'a mesh of four': onMesh([2, 3, 2, 3]),
      'a wide mesh': onMesh([32, 1]),
      'a high mesh': onMesh([1, 40]),
      'a large mesh': onMesh([40, 40]),
      'a torus': sourced(torus([8, 3])),
      'a torus of two nodes a ring': sourced(torus([2, 2])),
      'joined I/O nodes': mppaWiring({ ioLinks: 'line' })
    })
  )('can be read on %s, from the journal alone', (_, other) => {
    const journal = journalOf(allgather({ clusters: 6, over: 'portal' }), chip({ wiring: other }), { until: seconds(1) })
    const svg = alone(journal)
    expectReadable(svg)
    expect(svg).toContain(`on ${other.topology.name}`)
    // A link that has been used says what it carried; one between interfaces at the same node takes none.
    expect(svg.match(/<g fill="none"><title>/g)?.length).toBeGreaterThan(0)
  })

  it('is a few words of an empty journal, and a grid of one in which nothing happened or one thing did', () => {
    expect(chipSvg()(undefined)).toContain('The journal is empty.')
    expect(xmlProblem(chipSvg()(undefined))).toBe(undefined)
    for (const journal of [
      [begunChip()],
      [begunChip({}, 5_000), arrived(5_000, 'cc0', 'cc1', 144)],
      [begunChip(), arrived(1, 'cc0', 'cc1', 144)]
    ])
      expectReadable(drawn(journal))
    expect(drawn([begunChip()])).toContain('No link has carried anything.')
    expect(drawn([begunChip({}, 5_000), arrived(5_000, 'cc0', 'cc1', 144)])).toContain('cc0 → cc1: 37 flits')
  })

  it('stays small of a hundred thousand arrivals and of a hundred migrations', () => {
    const clusters = Array.from({ length: 16 }, (_, i) => `cc${i}`)
    const many = Array.from({ length: 100_000 }, (_, i) =>
      arrived(
        i * 3_000 + (i % 7),
        clusters[i % 16],
        clusters[(i * 7 + 3) % 16 === i % 16 ? (i + 1) % 16 : (i * 7 + 3) % 16],
        1 + ((i * 31) % 4096)
      )
    )
    const moving = Array.from({ length: 100 }, (_, i): readonly Entry[] => {
      const place = (after: number, cluster: string, state: 'running' | 'frozen' | 'arriving' | 'left'): Entry =>
        told(i * 3_000_000 + after, cluster, { type: 'placed', process: `p${i}`, user: 'ann', state })
      const [from, to] = [clusters[i % 16], clusters[(i + 5) % 16]]
      return [
        place(0, from, 'running'),
        place(1, to, 'arriving'),
        place(2, from, 'frozen'),
        place(9_000, to, 'running'),
        place(9_001, from, 'left')
      ]
    }).flat()
    const svg = drawn([begunChip(), ...[...many, ...moving].sort((a, b) => a.at - b.at)])
    expect(svg.length).toBeLessThan(400_000)
    expectReadable(svg)
    expect(svg).toContain('and 88 more')
  })

  it('takes no short last window for the highest load', () => {
    const every = Array.from({ length: 101 }, (_, i) => arrived(10_000 * (i + 1), 'cc0', 'cc1', 4096))
    const activity = runFold(chipActivity({ wiring }), [begunChip(), ...every])!
    expect([activity.width, activity.until]).toEqual([8192, 1_010_000])
    // The 124th window has 2,384 ns of 8,192, in which the last chunk alone is all that the link can carry.
    const [{ peak, mean, at }] = busyLinks(activity, 'data')
    expect(peak).toBeLessThan(0.4)
    expect(mean).toBeCloseTo((101 * 1045) / 404_000, 5)
    expect(at).toBeLessThan(1_000_000)
  })

  it('says what has failed, and marks it', () => {
    const failed = [
      begunChip({
        faults: [
          { at: 5, link: [0, 1] },
          { at: 900, link: [1, 0] }
        ]
      }),
      told(10, 'cc3', failing),
      arrived(50, 'cc0', 'cc4', 8)
    ]
    const svg = drawn(failed)
    expect(svg).toContain('cc3 fails at 10 ns')
    expect(svg).toContain('the link cc0 → cc1 is dead from 5 ns on')
    expect(svg).not.toContain('cc1 → cc0')
    expect(svg).toContain('#fde2e1')
  })

  it('escapes what XML would take for markup, and has a title, a description and a background of its own', () => {
    const svg = drawn([begunChip(), told(5, 'cc0', { type: 'placed', process: '<p & "q">', user: '', state: 'running' })], {
      title: 'a<b',
      caption: ['x&y']
    })
    expect(xmlProblem(svg)).toBe(undefined)
    expect(svg).toMatch(
      /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" role="img" [^>]*>\n<title>a&#60;b<\/title>\n<desc>x&#38;y · [^<]+<\/desc>/
    )
    expect(svg).toContain('fill="#ffffff"')
  })
})

const failing = { type: 'failed', what: 'source', reason: 'the cluster has failed' } as const
