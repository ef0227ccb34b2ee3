import { describe, expect, it } from 'vitest'
import { postcopy } from '../../../pipelines/postcopy'
import { precopy } from '../../../pipelines/precopy'
import type { Choice } from '../../../properties/explore/choices'
import { numbering } from '../../../properties/explore/numbering'
import type { State } from '../../../properties/explore/state'
import { copyOf, keyOf } from '../../../properties/explore/state'
import type { Walk } from '../../../properties/explore/walk'
import { walk } from '../../../properties/explore/walk'

const numbered = numbering()

/** Takes the first choice that is none of the guest's, and no fault, until `ends` holds. */
const until = (along: Walk, ends: (s: State) => boolean): void => {
  while (!ends(along.state)) along.take(along.choices().find(({ type }) => !['write', 'read', 'fail', 'mend'].includes(type))!)
}
const atTarget = ({ conduct: { hosts } }: State): boolean => hosts.atTarget

/** A pull without background, the guest at the target; then these choices. */
const pulling = (...then: readonly Choice[]): Walk => {
  const along = walk(postcopy({ prepaging: undefined }), { pages: 2, writes: 1, faults: 1 }, { numbered })
  until(along, atTarget)
  for (const choice of then) along.take(choice)
  return along
}

describe('keyOf', () => {
  it('tells apart at which page the guest stands still and how, where the notice of it is lost and nothing else knows', () => {
    const fail: Choice = { type: 'fail', what: 'link' }
    const keys = [
      pulling({ type: 'read', page: 0 }, fail).key(),
      pulling({ type: 'read', page: 1 }, fail).key(),
      pulling({ type: 'write', page: 0 }, fail).key(),
      pulling({ type: 'write', page: 1 }, fail).key()
    ]
    expect(new Set(keys).size).toBe(4)
  })

  it('tells apart what a send has still to send', () => {
    // Where pages are whole, what is skipped and the bytes say so as well; packets of a coder may be of one size.
    const along = walk(precopy(), { pages: 3, writes: 0 }, { numbered })
    until(along, ({ lanes }) => lanes.some(({ leaving }) => leaving !== undefined))
    const { state } = along
    const [send] = state.sends
    expect(send.rest).toEqual([1, 2])
    const keys = [[1, 2], [2], [1], []].map((rest) => keyOf({ ...copyOf(state), sends: [{ ...send, rest }] }, numbered))
    expect(new Set(keys).size).toBe(4)
    expect(keys[0]).toBe(along.key())
  })
})

describe('a link that is mended', () => {
  const broken: readonly Choice[] = [{ type: 'fail', what: 'link' }, { type: 'mend' }]

  it('carries no notice before the target has been asked how things stand, and then the one of the page that the guest stands still at', () => {
    const along = pulling(...broken, { type: 'read', page: 1 })
    expect([along.state.stalled, along.state.notices]).toEqual([{ page: 1, write: false }, []])
    const told = (): number => along.journal.filter((entry) => entry.type === 'signalled' && entry.signal.type === 'faulted').length
    expect(told()).toBe(0)
    until(along, () => told() > 0)
    expect(along.state.conduct.severed).toBe(undefined)
    expect(told()).toBe(1)
    expect(along.choices()).not.toContainEqual({ type: 'notice' })
  })
})
