import * as E from 'fp-ts/lib/Either'
import { describe, expect, it } from 'vitest'
import { pageClasses } from '../../lib/memory/pageClasses'
import * as pageSet from '../../lib/memory/pageSet'
import { type ExploreOptions, explore } from '../../properties/explore/explore'
import { museum } from '../../properties/museum/museum'

const two = { pages: 2, writes: 3 }
const clearing = { ...two, guest: { clears: 2 } }
const link = { faults: 1, fail: ['link' as const] }
/** The first page of so many. */
const first = (size: number) => pageSet.fromPages(size, [0])

/** A scope in which each piece shows itself; those that are not here need a device, or a second guest, or, as B29, are no matter of lost pages. */
const scopes: Readonly<Record<string, ExploreOptions>> = {
  B1: clearing,
  B2: { pages: 3, writes: 2 },
  B3: { ...two, guest: { classes: pageClasses({ size: 2, zero: first(2) }) }, engine: { usedTarget: true } },
  B4a: clearing,
  B4b: clearing,
  B5: two,
  B7: { pages: 2, writes: 1, ...link },
  B8a: two,
  B8b: two,
  B9: two,
  B11: clearing,
  B14: two,
  B15: { pages: 4, writes: 2 },
  B16a: { ...two, guest: { classes: pageClasses({ size: 2, zero: pageSet.fromPages(2, [1]) }) } },
  B16b: { ...two, guest: { classes: pageClasses({ size: 2, hypervisor: first(2) }) } },
  B17: two,
  B18: { ...two, guest: { classes: pageClasses({ size: 2, guestOs: first(2) }) } },
  B20: two,
  B21: { pages: 5, writes: 2 },
  B23: two,
  B23a: { pages: 4, writes: 0 },
  B23b: two,
  B25: two,
  B26: { pages: 3, writes: 1 },
  B27: { ...two, guest: { classes: pageClasses({ size: 2, zero: first(2) }) } },
  B28: two
}

describe('the museum, explored', () => {
  it.each(
    museum()
      .filter(({ id }) => id in scopes)
      .map((piece) => [piece.id, piece.name, piece] as const)
  )(
    '%s, %s: the wrong version has a shortest way to a lost page, the right one has none in the same scope',
    (id, _name, { wrong, right }) => {
      const explored = ({ pipeline, engine }: typeof wrong) =>
        explore(pipeline, { ...scopes[id], engine: { ...engine?.(), ...scopes[id].engine } })
      const [found, none] = [explored(wrong), explored(right)]
      if (E.isLeft(none)) throw new Error(`the right version breaks ${none.left.invariant}: ${none.left.problem}`)
      if (E.isRight(found)) throw new Error(`nothing is wrong in ${found.right.states} states`)
      expect(none.right.complete).toBe(true)
      expect(found.left.invariant).toBe('noPageLost')
      expect(found.left.journal.length).toBeLessThan(60)
    },
    60_000
  )
})
