import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { utilisationDay } from '../../lib/guest/utilisationDay'
import { consolidation } from '../../lib/hotspot/consolidation'
import { threshold } from '../../lib/hotspot/overloadRule'
import { sandpiper } from '../../lib/hotspot/sandpiper'
import type { FleetHotspot } from '../../lib/protocol/fleet'
import { key } from '../../lib/random/random'
import { type FleetSvgOptions, fleetSvg } from '../../lib/report/fleetSvg'
import { fleetRows } from '../../lib/world/fleetDay'
import { managedDay } from '../../pipelines/managers/managedDay'
import { rowsOf, tenSeconds, threeHosts } from './fleetDays'
import { overlaps, svgTexts } from './svgTexts'
import { xmlProblem } from './xml'

/** What must hold of every such picture: it is XML, says no nonsense, and no text lies upon another or beyond the rim. */
const expectReadable = (svg: string): void => {
  expect(xmlProblem(svg)).toBe(undefined)
  expect(svg).not.toMatch(/NaN|undefined|Infinity|href|url\(|@import/)
  const texts = svgTexts(svg)
  expect(overlaps(texts)).toEqual([])
  expect(texts.filter(({ left, right }) => left < 0 || right > 1200)).toEqual([])
}

const move = (vm: number, to: number, why?: string) => ({ type: 'startMigration', vm, to, ...(why === undefined ? {} : { why }) }) as const
const spot = (host: number, predicted: number, why: string): FleetHotspot => ({
  host,
  resource: 'cpu',
  above: 2,
  n: 3,
  predicted,
  threshold: 0.75,
  why
})
const swap = 'no move helps, but a swap does'
/** A move away from a hotspot, a failure, and a swap. */
const story = rowsOf(
  {
    1: {
      commands: [move(0, 1, 'a is too full: u has to go')],
      found: [spot(0, 0.9, 'a was above 75 % at 2 of the last 3 looks and is expected at 90 %')]
    },
    3: { commands: [move(1, 2, 'a is emptied')] },
    4: { commands: [move(0, 0, swap)], found: [spot(1, 0.8, 'b was above 75 % too')] },
    5: { commands: [move(1, 1, swap)] }
  },
  { cost: (vm) => (vm === 'v' ? { ...tenSeconds, ns: 100e9, failed: 'the target has failed' } : tenSeconds) }
)

describe('the picture of a fleet', () => {
  it('draws hotspots, predictions, a move, a failure and a swap as it was reviewed', async () => {
    const svg = fleetSvg(threeHosts, { caption: ['three hosts'] })(story)
    expectReadable(svg)
    await expect(svg).toMatchFileSnapshot('golden/fleet.svg')
  })

  it('says why each VM moved, on its arrow and below, the moves of a swap together', () => {
    const svg = fleetSvg(threeHosts)(story)
    expect(svg).toContain('<title>1. 00:05 u a → b: a is too full: u has to go (10 s, 1.1 GB, down 35 ms, 0.50 kJ)</title>')
    const texts = svgTexts(svg).map(({ text }) => text)
    expect(texts).toContain('1  00:05  u a → b (10 s, 1.1 GB, down 35 ms, 0.50 kJ)')
    expect(texts).toContain('a is too full: u has to go')
    expect(texts).toContain('2  00:15  v a → c (failed after 1.67 min, 1.1 GB, down 35 ms, 0.50 kJ, because the target has failed)')
    expect(texts).toContain(
      '3  00:20  u b → a (10 s, 1.1 GB, down 35 ms, 0.50 kJ), then v a → b (failed after 1.67 min, 1.1 GB, down 35 ms, 0.50 kJ, because the target has failed)'
    )
    expect(texts.filter((text) => text === swap)).toHaveLength(1)
  })

  it('tells hotspots that the manager has found from those that it has not', () => {
    const svg = fleetSvg(threeHosts)(story)
    expect(svg).toMatch(/<title>00:05: a was above 75 % at 2 [^<]*expected at 90 %<\/title><rect [^>]*stroke-width="1.6"\/>/)
    expect(fleetSvg(threeHosts)(rowsOf({}))).toMatch(
      /<title>00:10, for 5 looks: a was above [^<]*\(seen from outside; the manager has not found it\)<\/title><rect [^>]*stroke-dasharray="2 2"\/>/
    )
    expect(fleetSvg(threeHosts)(rowsOf({}))).toContain('No VM has moved.')
  })

  it('can be read whatever managers do, of some hosts and in a part of the day too, and is the same text again', () => {
    fc.assert(
      fc.property(
        fc.record({
          seed: fc.nat(),
          vms: fc.integer({ min: 4, max: 60 }),
          hosts: fc.integer({ min: 2, max: 7 }),
          looks: fc.integer({ min: 2, max: 80 }),
          eager: fc.boolean()
        }),
        fc.record({
          from: fc.constantFrom(0, 3600e9),
          until: fc.constantFrom(7200e9, Infinity),
          hosts: fc.integer({ min: 1, max: 8 }),
          reasons: fc.integer({ min: 0, max: 30 })
        }),
        ({ seed, vms, hosts, looks, eager }, options) => {
          const day = managedDay({ utilisations: utilisationDay({ key: key(seed), vms, samples: looks }), hosts, memoryBytes: 2 ** 37 })
          const manager = eager ? consolidation({ overloaded: threshold(0.6) }) : sandpiper({ threshold: 0.4 })
          const rows = [
            ...fleetRows({
              ...day,
              manager,
              parallel: 2,
              moveCost: ({ memoryBytes }) => ({
                ns: memoryBytes,
                downtimeNs: 1e7,
                bytes: memoryBytes,
                ...(memoryBytes % 3 === 0 ? { failed: 'no link' } : {})
              })
            })
          ]
          const svg = fleetSvg(day, options)(rows)
          expectReadable(svg)
          expect(fleetSvg(day, options)(rows)).toBe(svg)
        }
      ),
      { numRuns: 20 }
    )
  })

  it('draws the hosts with hotspots and moves of many, and says how many others there are', () => {
    const hosts = Array.from({ length: 60 }, (_, i) => ({ ...threeHosts.hosts[0], name: `h${i}` }))
    const rows = rowsOf({ 2: { commands: [move(0, 40, 'it is hot')] } }, { hosts })
    const texts = (options: FleetSvgOptions) => svgTexts(fleetSvg({ ...threeHosts, hosts }, options)(rows)).map(({ text }) => text)
    expect(texts({ hosts: 3 }).filter((text) => /^h\d+$/.test(text))).toEqual(['h0', 'h1', 'h40'])
    expect(texts({ hosts: 3 })).toEqual(expect.arrayContaining(['other hosts', '57']))
    expect(texts({ hosts: 60 })).not.toContain('other hosts')
  })

  it('has bands for networks where they are used, and for memory where it is given', () => {
    const networks = threeHosts.utilisations.map((series) => Array.from(series, (part) => part * 60e6))
    const hosts = threeHosts.hosts.map((host) => ({ ...host, networkBytesPerSecond: 100e6 }))
    expect(fleetSvg(threeHosts)(story)).not.toContain('bands below')
    expect(fleetSvg({ ...threeHosts, hosts })(rowsOf({}, { hosts, networks }))).toContain('bands below: network')
    expect(fleetSvg(threeHosts)(rowsOf({ 1: { commands: [{ type: 'allotMemory', vm: 0, bytes: 2 ** 31 }] } }))).toContain(
      'bands below: memory'
    )
  })

  it('escapes what XML would take for markup, is of a time without looks a few words, and refuses to draw no host', () => {
    const svg = fleetSvg(
      { ...threeHosts, vms: [{ ...threeHosts.vms[0], name: '<u & "v">' }, ...threeHosts.vms.slice(1)] },
      { title: 'a<b' }
    )(story)
    expectReadable(svg)
    expect(svg).toContain('&#60;u &#38; &#34;v&#34;&#62; a → b')
    expect(fleetSvg(threeHosts, { from: 1e15 })(story)).toContain('Nobody has looked at it in this time.')
    expect(fleetSvg(threeHosts)([])).toContain('Nobody has looked')
    expect(() => fleetSvg(threeHosts, { hosts: 0 })).toThrow('fleetSvg: hosts must be 1 or more (got 0)')
  })
})
