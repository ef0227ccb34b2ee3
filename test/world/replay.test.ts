import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeJournal, encodeJournal } from '../../lib/codec/journal'
import { vm } from '../../lib/guest/guest'
import { uniform } from '../../lib/guest/uniform'
import { roundsAtMost } from '../../lib/migration/stopRule'
import type { Journal } from '../../lib/protocol/journal'
import { datacentre } from '../../lib/world/datacentre'
import { replay } from '../../lib/world/replay'
import { precopy } from '../../pipelines/precopy'
import { stopAndCopy } from '../../pipelines/stopAndCopy'
import { shippedPipelines } from '../../properties/arbitraries/pipelineArbitraries'
import { untilOf, worldOf, worldPlans } from '../../properties/arbitraries/worldPlan'
import { journalOf } from '../../properties/journalOf'

const text = (journal: Journal): string => [...encodeJournal(journal)].join('')

const world = datacentre({ guests: { db: vm({ pages: 64, workload: uniform({ pages: 64, writesPerSecond: 1e6 }) }) } })

describe('replay', () => {
  it('the same pipeline gives the same journal to the byte', () => {
    fc.assert(
      fc.property(shippedPipelines, worldPlans, ({ pipeline }, plan) => {
        const options = { seed: plan.seed, until: untilOf(plan), maxEntries: 5000 }
        const journal = journalOf(pipeline, worldOf(plan), options)
        expect(text(journalOf(pipeline, replay(journal), options))).toBe(text(journal))
      }),
      { numRuns: 150, seed: 3 }
    )
  })

  it('a journal that was written and read again replays just as well', () => {
    const journal = journalOf(precopy(), world)
    const read = [...decodeJournal([...encodeJournal(journal)])].map((entry) => {
      if (entry._tag === 'Left') throw new Error(JSON.stringify(entry.left))
      return entry.right
    })
    expect(text(journalOf(precopy(), replay(read)))).toBe(text(journal))
  })

  it('another command is refused with the entry, what was expected and what came, and so is all that follows', () => {
    const journal = journalOf(precopy({ until: roundsAtMost(2) }), world)
    const other = journalOf(stopAndCopy(), replay(journal))
    const number = journal.findIndex((e) => e.type === 'commanded' && e.command.to.n === 2)
    const refused = other.flatMap((e) => (e.type === 'signalled' && e.signal.type === 'refused' ? [e.signal.reason] : []))
    const reason = `entry ${number}: expected track on true of db, number 2, got pause of db, number 2`
    expect(refused).toEqual([reason, reason, reason])
    expect(other.at(-1)).toMatchObject({ type: 'ended', outcome: { type: 'lost', reason } })
  })

  it('pages are compared by value: one page more is another command', () => {
    const journal = journalOf(precopy({ until: roundsAtMost(1) }), world)
    const other = journalOf(precopy({ until: roundsAtMost(1), level: 'guestOs' }), replay(journal))
    expect(other.at(-1)).toMatchObject({ type: 'ended', outcome: { type: 'lost' } })
    expect(JSON.stringify(other.at(-1))).toContain('expected select level hypervisor of db')
  })

  it('a pipeline that goes on after the recording hears that it has no further command', () => {
    const journal = journalOf(precopy(), world)
    const cut = journal.slice(
      0,
      journal.findIndex((e) => e.type === 'commanded' && e.command.to.n === 2)
    )
    const refused = journalOf(precopy(), replay(cut)).find((e) => e.type === 'signalled' && e.signal.type === 'refused')
    expect(refused).toMatchObject({ signal: { reason: 'the recording has no further command (got track on true of db, number 2)' } })
  })

  it('refuses entries that do not begin with began', () => {
    expect(() => replay([])).toThrow('replay: the first entry must be began (got no entry)')
    expect(() => replay(journalOf(stopAndCopy(), world).slice(1))).toThrow('(got commanded)')
  })
})
