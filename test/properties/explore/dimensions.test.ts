import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import { describe, expect, it } from 'vitest'
import * as pageSet from '../../../lib/memory/pageSet'
import { concluded, prepare, release } from '../../../lib/migration/stages'
import { stopAndCopy as copied } from '../../../lib/migration/stopAndCopy'
import { roundsAtMost } from '../../../lib/migration/stopRule'
import type { Step } from '../../../lib/protocol/phase'
import { andThen, awaiting, request } from '../../../lib/protocol/phase'
import type { Outcome, Pipeline } from '../../../lib/protocol/pipeline'
import { hybrid } from '../../../pipelines/hybrid'
import { postcopy } from '../../../pipelines/postcopy'
import { precopy } from '../../../pipelines/precopy'
import { qemu72 } from '../../../pipelines/qemu'
import { stopAndCopy } from '../../../pipelines/stopAndCopy'
import { type ExploreOptions, explore, type Holds } from '../../../properties/explore/explore'
import { pathInWords } from '../../../properties/explore/pathInWords'

const held = (pipeline: Pipeline, options: ExploreOptions): Holds => {
  const result = explore(pipeline, options)
  if (E.isLeft(result)) throw new Error(`${result.left.invariant}: ${result.left.problem} ${JSON.stringify(result.left.path)}`)
  expect(result.right.complete).toBe(true)
  return result.right
}
const brokenIn = (pipeline: Pipeline, options: ExploreOptions) => {
  const result = explore(pipeline, options)
  if (E.isRight(result)) throw new Error(`nothing is wrong in ${result.right.states} states`)
  return result.left
}

const MS = 1_000_000
/** The threshold is what the last window's bandwidth sends in twice a window: little is left as soon as one page has left in one. */
const sender = qemu72({ downtimeLimitNs: 200 * MS })
const looks = { looks: 2, lookNs: 100 * MS }
const small = { pages: 2, writes: 1 }

/** A sender of QEMU that takes all of a send that it has cancelled for sent. */
const believing =
  (pipeline: Pipeline): Pipeline =>
  (guest) => {
    const all = pageSet.full(guest.pages)
    const on = ({ requests, phase }: Step<Outcome>): Step<Outcome> =>
      phase.type === 'done'
        ? { requests, phase }
        : awaiting(requests, phase.name, phase.data, (signal) => {
            const step = phase.on(signal.type === 'sent' ? { ...signal, pages: all } : signal)
            return step && on(step)
          })
    return on(pipeline(guest))
  }

describe('looks of the source', () => {
  it('a QEMU sender holds whenever it looks, and reads the log early in some interleavings', () => {
    const without = held(sender, small)
    const withLooks = held(sender, { ...small, ...looks })
    expect(withLooks.states).toBeGreaterThan(2 * without.states)
    expect(held(sender, { ...small, faults: 1, fail: ['link'], looks: 1, lookNs: 100 * MS }).outcomes.map(({ type }) => type)).toContain(
      'aborted'
    )
  })

  it('alone find a sender that takes what it has cancelled for sent', () => {
    held(believing(sender), small)
    const { invariant, path } = brokenIn(believing(sender), { ...small, ...looks })
    expect(invariant).toBe('noPageLost')
    expect(pathInWords(believing(sender), path, { ...small, ...looks })).toContain('the source looks how far it is')
  })

  it('which pass no time change nothing of a pre-copy', () => {
    const two = precopy({ until: roundsAtMost(2) })
    expect(held(two, { ...small, looks: 1 }).outcomes).toEqual(held(two, small).outcomes)
  })
})

/** The context, and with it the state of devices, leaves once while the guest still runs. */
const contextFirst: Pipeline = (guest) =>
  pipe(
    prepare(),
    andThen('context', () => request({ type: 'sendContext' })),
    andThen('copy', () => copied(pageSet.full(guest.pages))),
    andThen('release', release),
    concluded
  )

describe('devices in an exploration', () => {
  const devices = [{ name: 'nic', stateBytes: 50, saveNs: 1, loadNs: 1 }]
  const guest = { devices }

  it('move with their guest in every interleaving, and a link that breaks before their state is in aborts it', () => {
    for (const pipeline of [stopAndCopy(), precopy({ until: roundsAtMost(2) }), postcopy()]) {
      const { outcomes, states } = held(pipeline, { pages: 1, writes: 1, faults: 1, guest })
      expect(outcomes.map(({ type }) => type)).toEqual(expect.arrayContaining(['completed', 'aborted']))
      expect(states).toBeGreaterThan(held(pipeline, { pages: 1, writes: 1, faults: 1 }).states)
    }
  })

  it('alone find a context that is saved while the guest runs', () => {
    held(contextFirst, small)
    const { invariant, problem, path, replayed } = brokenIn(contextFirst, { ...small, guest })
    expect([invariant, replayed]).toEqual(['devicesMoved', true])
    expect(problem).toMatch(/^the state of nic is saved at \d+, while the guest runs$/)
    expect(pathInWords(contextFirst, path, { ...small, guest })).toContain('the state of the devices has been read out')
  })

  it('that write to memory are refused', () => {
    const writer = { name: 'nic', dma: { intervalNs: 2, pages: 1 } }
    expect(() => explore(stopAndCopy(), { guest: { devices: [writer] } })).toThrow(
      "explore: devices must not write to memory, because an exploration takes the guest's writes alone (got nic)"
    )
  })
})

describe('huge pages in an exploration', () => {
  const guest = { hugePages: { pages: 2 } }

  it('are pulled as wholes, whatever fails', () => {
    for (const pipeline of [postcopy(), postcopy({ prepaging: undefined }), hybrid()]) {
      const { outcomes } = held(pipeline, { pages: 3, writes: 0, guest })
      expect(outcomes).toEqual([{ type: 'completed', needs: [] }])
      held(pipeline, { pages: 2, writes: 0, faults: 1, fail: ['link'], guest })
    }
  })

  it('to be split are refused: that costs time alone', () => {
    expect(() => explore(postcopy(), { guest: { hugePages: { pages: 2, splitNs: 5 } } })).toThrow(
      'explore: hugePages must be placed as wholes: to split them costs time alone (got splitNs 5)'
    )
  })
})
