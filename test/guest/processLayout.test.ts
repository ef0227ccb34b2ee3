import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nanvixState } from '../../lib/guest/nanvixProcess'
import { bytesOf, type KernelObject, kernelObjects, type ProcessLayout, scatteredLayout, uAreaLayout } from '../../lib/guest/processLayout'
import { key } from '../../lib/random/random'

const fields = Object.keys(nanvixState) as readonly KernelObject[]
const objects = Object.keys(kernelObjects) as readonly KernelObject[]
const layouts: readonly ((seed: number) => ProcessLayout)[] = [
  (seed) => uAreaLayout({ key: key(seed) }),
  (seed) => uAreaLayout({ key: key(seed) }, { pointed: true }),
  (seed) => scatteredLayout({ key: key(seed) }),
  (seed) => scatteredLayout({ key: key(seed) }, { together: true })
]

describe('a layout of a process', () => {
  it('has every structure at a place of its own', () => {
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom(...layouts), (seed, layout) => {
        const { address } = layout(seed)
        const ranges = [...fields, ...objects].map((object) => ({ from: address(object), to: address(object) + bytesOf(object) }))
        ranges.sort((one, other) => one.from - other.from)
        for (let i = 1; i < ranges.length; i++) expect(ranges[i].from).toBeGreaterThanOrEqual(ranges[i - 1].to)
      })
    )
  })

  it('as a UArea is one region from the start of a line, in the order of the fields, with one symbol', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const { address, symbol } = uAreaLayout({ key: key(seed) })
        expect(address(fields[0]) % 64).toBe(0)
        for (let i = 1; i < fields.length; i++) expect(address(fields[i])).toBe(address(fields[i - 1]) + bytesOf(fields[i - 1]))
        expect(new Set(fields.map(symbol))).toEqual(new Set(['uArea']))
      })
    )
  })

  it('leaves structures of the kernel where they are, whichever it is', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const places = layouts.map((layout) => objects.map((object) => layout(seed).address(object)))
        for (const place of places) expect(place).toEqual(places[0])
      })
    )
  })

  it('scattered takes up more lines than it has bytes for, by the fields of one word', () => {
    const lines = ({ address }: ProcessLayout): number =>
      new Set(fields.flatMap((field) => [...Array(bytesOf(field)).keys()].map((offset) => Math.floor((address(field) + offset) / 64)))).size
    expect(lines(layouts[0](1))).toBe(2112 / 64)
    expect(lines(layouts[2](1))).toBeGreaterThan(2112 / 64 + 4)
  })

  it('refuses a section without room', () => {
    expect(() => uAreaLayout({ key: key(1), bytes: 8192 })).toThrow(
      /^processLayout: the section must have room for \w+ of \d+ bytes \(got 8192 bytes\)$/
    )
  })
})
