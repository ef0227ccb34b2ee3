import * as E from 'fp-ts/lib/Either'
import { describe, expect, it } from 'vitest'
import { chain, done, iterate, request, type Step } from '../../../lib/protocol/phase'
import type { Outcome, Pipeline } from '../../../lib/protocol/pipeline'
import { askName, openNames } from '../../../pipelines/manycore/askName'
import { withoutResidue } from '../../../pipelines/manycore/daemonOptions'
import { migrationDaemon } from '../../../pipelines/manycore/migrationDaemon'
import { monitored } from '../../../pipelines/manycore/monitored'
import { type NameReply, type NameRequest, nameServer } from '../../../pipelines/manycore/nameServer'
import { asking, factsOf, journalOf, placesOf, repliesTo } from './daemons'

/** Opens its ends once, and asks so many times, with a pause before each. */
const client =
  (questions: readonly Omit<NameRequest, 'id'>[], pauseNs = 500_000): Pipeline =>
  () => {
    const ended = done<Outcome>({ type: 'completed', needs: [] })
    const body = (id: number): Step<E.Either<unknown, NameReply>> =>
      chain('paused', () => askName({ ...questions[id], id }))(request({ type: 'wake', afterNs: pauseNs }))
    return chain('opened', () =>
      chain(
        'asked',
        () => ended
      )(
        iterate('asks', 0 as number, body, (id, reply) =>
          E.isLeft(reply) || id + 1 === questions.length ? E.right(reply) : E.left(id + 1)
        )
      )
    )(openNames({ server: 'io0' }))
  }

const processes = { p1: { cluster: 'cc0', pages: 4 }, p2: { cluster: 'cc3' } }
const kernel = { unfreeze: 20_000, extract: 2_000, install: 2_000 }
const lookups = Array.from({ length: 40 }, () => ({ type: 'lookup', name: 'p2' }) as const)
const moves = asking([
  { type: 'migrate', id: 1, process: 'p1', to: 'cc1', of: 'cc0', afterNs: 2_000_000 },
  { type: 'migrate', id: 2, process: 'p1', to: 'cc0', of: 'cc1', afterNs: 20_000_000 }
])
const daemons = (follow: boolean) => ({ cc0: migrationDaemon({ follow }), cc1: migrationDaemon({ follow }), io1: moves })

describe('nameServer', () => {
  it('links, finds and unlinks names, for who linked them', async () => {
    const journal = await journalOf(
      {
        io0: nameServer({ names: { printer: 'io1.2' } }),
        cc2: client([
          { type: 'lookup', name: 'printer' },
          { type: 'lookup', name: 'toString' },
          { type: 'link', name: 'printer' },
          { type: 'unlink', name: 'printer' },
          { type: 'link', name: 'mine' },
          { type: 'lookup', name: 'mine' },
          { type: 'unlink', name: 'mine' },
          { type: 'lookup', name: 'mine' }
        ])
      },
      {},
      { until: 1e8 }
    )
    expect(repliesTo(journal, 'cc2')).toEqual([
      { id: 0, type: 'named', name: 'printer', to: 'io1.2' },
      { id: 1, type: 'failed', name: 'toString', reason: 'nobody has this name' },
      { id: 2, type: 'failed', name: 'printer', reason: 'io1.2 has this name' },
      { id: 3, type: 'failed', name: 'printer', reason: 'it was not you who linked it' },
      { id: 4, type: 'named', name: 'mine', to: 'cc2' },
      { id: 5, type: 'named', name: 'mine', to: 'cc2' },
      { id: 6, type: 'unlinked', name: 'mine' },
      { id: 7, type: 'failed', name: 'mine', reason: 'nobody has this name' }
    ])
  })

  for (const [how, server, isTold] of [
    ['with a monitor beside it, and nothing goes astray', monitored(nameServer({ names: { p2: 'p2' } })), true],
    ['without one, by daemons that tell nobody: what goes astray is sent again', nameServer({ names: { p2: 'p2' } }), false]
  ] as const)
    it(`serves a client that moves there and back, ${how}`, async () => {
      const journal = await journalOf({ ...daemons(isTold), io0: server, p1: client(lookups) }, { processes, kernel }, { until: 2e8 })
      expect(repliesTo(journal, 'io1')).toMatchObject([{ type: 'migrated' }, { type: 'migrated' }])
      expect(repliesTo(journal, 'p1')).toEqual(lookups.map((_, id) => ({ id, type: 'named', name: 'p2', to: 'p2' })))
      const came = factsOf(journal, 'arrived').filter(({ process }) => process === 'p1')
      expect([...new Set(came.map(({ node }) => node))]).toEqual(['cc0', 'cc1'])
      expect(factsOf(journal, 'bounced').length > 0).toBe(!isTold)
      const ofServer = journal.flatMap((entry) =>
        entry.type === 'signalled' && 'to' in entry.signal && entry.signal.to.migration === 'io0' ? [entry.signal] : []
      )
      expect(ofServer.filter(({ type }) => type === 'refused')).toEqual([])
    })

  it('keeps a client where it is by a policy that leaves no residue', async () => {
    const policed = { ...daemons(true), cc0: migrationDaemon({ policy: withoutResidue }) }
    const once = asking([{ type: 'migrate', id: 1, process: 'p1', to: 'cc1', of: 'cc0', afterNs: 2_000_000 }])
    const journal = await journalOf(
      { ...policed, io0: monitored(nameServer()), io1: once, p1: client(lookups) },
      { processes },
      { until: 1e8 }
    )
    expect(repliesTo(journal, 'io1')).toEqual([
      {
        id: 1,
        type: 'failed',
        process: 'p1',
        reason: expect.stringMatching(/^p1 has residual dependencies: .*mailbox name server with io0/)
      }
    ])
    expect(placesOf(journal, 'p1')).toEqual({ cc0: 'running' })
    expect(repliesTo(journal, 'p1')).toHaveLength(lookups.length)
  })
})
