import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Entry } from '../../../lib/protocol/journal'
import { techniqueNames } from '../../../pipelines/manycore/daemonOptions'
import { migrationDaemon } from '../../../pipelines/manycore/migrationDaemon'
import { asking, factsOf, journalOf, placesOf, repliesTo } from './daemons'

const programs = (
  technique: (typeof techniqueNames)[number],
  asks = [{ type: 'migrate' as const, id: 1, process: 'p1', to: 'cc1', of: 'cc0' }]
) => ({
  io0: asking(asks),
  io1: migrationDaemon(),
  cc0: migrationDaemon({ technique }),
  cc1: migrationDaemon(),
  cc2: migrationDaemon()
})

const process = { p1: { cluster: 'cc0', threads: 2, pages: 3 } }

/** On how many clusters a process ran, at most at one time, and on how many it does at the end. */
const runsOf = (journal: readonly Entry[], name: string): { readonly most: number; readonly last: readonly string[] } => {
  const running = new Set<string>()
  let most = 0
  for (const { process: one, state, migration } of factsOf(journal, 'placed')) {
    if (one !== name) continue
    if (state === 'running') running.add(migration)
    else running.delete(migration)
    most = Math.max(most, running.size)
  }
  return { most, last: [...running] }
}

describe('a migration on a chip', () => {
  for (const technique of techniqueNames)
    it(`${technique} moves a process whole, and the source forgets it`, async () => {
      const journal = await journalOf(programs(technique), { processes: process })
      expect(repliesTo(journal, 'io0')).toEqual([{ type: 'migrated', id: 1, process: 'p1', to: 'cc1' }])
      expect(placesOf(journal, 'p1')).toEqual({ cc0: 'left', cc1: 'running' })
      expect(factsOf(journal, 'checked').flatMap(({ lost, stale, foreign }) => [...lost, ...stale, ...foreign])).toEqual([])
      expect(runsOf(journal, 'p1')).toEqual({ most: 1, last: ['cc1'] })
    })

  it('is answered with the reason where the target has no room, and the process runs on at the source', async () => {
    for (const technique of techniqueNames) {
      const journal = await journalOf(programs(technique), { processes: { ...process, big: { cluster: 'cc1', pages: 123 } } })
      const [reply] = repliesTo(journal, 'io0')
      expect(reply).toMatchObject({ type: 'failed', id: 1, process: 'p1' })
      expect(runsOf(journal, 'p1')).toEqual({ most: 1, last: ['cc0'] })
    }
  })

  it('is answered with the reason where no such process is there', async () => {
    const journal = await journalOf(programs('nanvix', [{ type: 'migrate', id: 4, process: 'p9', to: 'cc1', of: 'cc0' }]), {
      processes: process
    })
    expect(repliesTo(journal, 'io0')).toMatchObject([{ type: 'failed', id: 4, process: 'p9' }])
  })

  it('is refused by a policy of three lines, with its sentence', async () => {
    const policy = ({ process, image }: { readonly process: string; readonly image: { readonly threads: number } }) =>
      image.threads > 1 ? `${process} has ${image.threads} threads` : undefined
    const journal = await journalOf({ ...programs('nanvix'), cc0: migrationDaemon({ policy }) }, { processes: process })
    expect(repliesTo(journal, 'io0')).toEqual([{ type: 'failed', id: 1, process: 'p1', reason: 'p1 has 2 threads' }])
    expect(runsOf(journal, 'p1')).toEqual({ most: 1, last: ['cc0'] })
  })

  it('of two processes that change places goes both ways at once', async () => {
    const asks = [
      { type: 'migrate' as const, id: 1, process: 'p1', to: 'cc1', of: 'cc0' },
      { type: 'migrate' as const, id: 2, process: 'p2', to: 'cc0', of: 'cc1' }
    ]
    const journal = await journalOf(programs('nanvix', asks), { processes: { ...process, p2: { cluster: 'cc1', pages: 1 } } })
    expect(repliesTo(journal, 'io0').map(({ type }) => type)).toEqual(['migrated', 'migrated'])
    expect([placesOf(journal, 'p1').cc1, placesOf(journal, 'p2').cc0]).toEqual(['running', 'running'])
  })

  it('of several processes to one cluster comes one after the other', async () => {
    const asks = [1, 2, 3].map((id) => ({ type: 'migrate' as const, id, process: `p${id}`, to: 'cc2', of: id === 3 ? 'cc1' : 'cc0' }))
    const journal = await journalOf(programs('stopAndCopy', asks), {
      processes: { p1: { cluster: 'cc0' }, p2: { cluster: 'cc0' }, p3: { cluster: 'cc1' } }
    })
    expect(repliesTo(journal, 'io0').map(({ type }) => type)).toEqual(['migrated', 'migrated', 'migrated'])
    expect(['p1', 'p2', 'p3'].map((name) => placesOf(journal, name).cc2)).toEqual(['running', 'running', 'running'])
  })

  it('that is undecided leaves the process frozen at the source for ever, even when it is asked to move again', async () => {
    const asks = [
      { type: 'migrate' as const, id: 1, process: 'p1', to: 'cc1', of: 'cc0' },
      { type: 'migrate' as const, id: 2, process: 'p1', to: 'cc2', of: 'cc0', afterNs: 200e6 }
    ]
    const journal = await journalOf(programs('nanvix', asks), { processes: process, faults: [{ at: 15e6, link: [0, 1] }] })
    const [first, second] = repliesTo(journal, 'io0')
    expect([first.type, second]).toEqual(['undecided', { type: 'failed', id: 2, process: 'p1', reason: 'p1 is frozen' }])
    expect(placesOf(journal, 'p1')).toEqual({ cc0: 'frozen', cc1: 'running' })
  })

  it('whatever fails at any moment, a process runs at most once at a time, and who asked is told the truth', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...techniqueNames),
        fc.integer({ min: 0, max: 45_000_000 }),
        fc.constantFrom('cc0', 'cc1', 'io1', 'link' as const),
        async (technique, at, what) => {
          const journal = await journalOf(programs(technique), { processes: process, faults: [faultOf(what, at)] }, { until: 1e9 })
          const { most, last } = runsOf(journal, 'p1')
          expect(most).toBe(1)
          const places = placesOf(journal, 'p1')
          const [reply] = repliesTo(journal, 'io0')
          if (what === 'cc0') return
          // The source lives: who asked is told, and what is told is so.
          if (reply?.type === 'migrated') expect(what === 'cc1' ? [] : ['cc1']).toEqual(last)
          else if (reply?.type === 'failed') expect(last).toEqual(['cc0'])
          else if (reply?.type === 'undecided') expect(places.cc0).toBe('frozen')
          else if (reply?.type === 'lost') expect(last).toEqual([])
          else expect(reply).toBe('a reply')
        }
      ),
      { numRuns: 30 }
    )
  })
})

const faultOf = (what: 'cc0' | 'cc1' | 'io1' | 'link', at: number) =>
  what === 'link' ? { at, link: [0, 1] as const } : { at, cluster: what }
