import { describe, expect, it } from 'vitest'
import type { Order } from '../../../lib/protocol/command'
import { chain, done, request, type Step } from '../../../lib/protocol/phase'
import type { Outcome, Pipeline } from '../../../lib/protocol/pipeline'
import { withoutResidue } from '../../../pipelines/manycore/daemonOptions'
import { migrationDaemon } from '../../../pipelines/manycore/migrationDaemon'
import { asking, factsOf, journalOf, placesOf, repliesTo } from './daemons'

const daemons = { io1: migrationDaemon(), cc0: migrationDaemon(), cc1: migrationDaemon(), cc2: migrationDaemon() }
/** Not what Nanvix takes, but quick. */
const kernel = { unfreeze: 20_000, extract: 2_000, install: 2_000 }

const orders = ([first, ...others]: readonly Order[]): Step<Outcome> =>
  first === undefined ? done({ type: 'completed', needs: [] }) : chain('order', () => orders(others))(request(first) as Step<unknown>)

const program =
  (...given: readonly Order[]): Pipeline =>
  () =>
    orders(given)

describe('what a daemon does besides', () => {
  it('keeps a copy of a process, which goes on, and starts it again elsewhere when it is lost', async () => {
    const journal = await journalOf(
      {
        ...daemons,
        io0: asking([
          { type: 'save', id: 1, process: 'p1', to: 'io1', of: 'cc0' },
          { type: 'restore', id: 2, process: 'p1', to: 'cc2', of: 'io1', afterNs: 30e6 }
        ]),
        p1: program({ type: 'poke', page: 0, word: 7 })
      },
      { processes: { p1: { cluster: 'cc0', pages: 2 } }, kernel, faults: [{ at: 20e6, cluster: 'cc0' }] },
      { until: 100e6 }
    )
    expect(repliesTo(journal, 'io0')).toEqual([
      { type: 'saved', id: 1, process: 'p1', to: 'io1' },
      { type: 'restored', id: 2, process: 'p1', to: 'cc2' }
    ])
    const told = factsOf(journal, 'placed').map(({ state, migration, at }) => `${state} on ${migration}${at > 20e6 ? ' later' : ''}`)
    expect(told).toEqual([
      'running on cc0',
      'frozen on cc0',
      'running on cc0',
      'lost on cc0',
      'arriving on cc2 later',
      'running on cc2 later'
    ])
  })

  it('keeps nothing that it was not given, and restores only for programs of clusters', async () => {
    const journal = await journalOf(
      { ...daemons, io0: asking([{ type: 'restore', id: 2, process: 'p1', to: 'cc2', of: 'io1' }]) },
      { processes: { p1: { cluster: 'cc0' } } }
    )
    expect(repliesTo(journal, 'io0')).toEqual([{ type: 'failed', id: 2, process: 'p1', reason: 'no copy of p1 is kept here' }])
  })

  it('does nothing for a process of another user', async () => {
    const message = (type: string, rest: object) => ({ type, id: 5, process: 'p1', ...rest }) as never
    const stranger = program(
      { type: 'create', end: 'in', kind: 'mailbox' },
      { type: 'attach', end: 'out', kind: 'mailbox', remote: 'cc0', port: 1 },
      { type: 'mail', end: 'out', message: message('kill', {}) },
      { type: 'receive', end: 'in' },
      { type: 'mail', end: 'out', message: message('migrate', { to: 'cc1' }) },
      { type: 'receive', end: 'in' },
      { type: 'mail', end: 'out', message: { type: 'repoint', key: 'k', process: 'p1', to: 'cc2' } as never }
    )
    const journal = await journalOf(
      { ...daemons, p2: stranger },
      { processes: { p1: { cluster: 'cc0', user: 'alice' }, p2: { cluster: 'cc2', user: 'bob' } } },
      { until: 100e6 }
    )
    expect(repliesTo(journal, 'p2')).toEqual([
      { type: 'failed', id: 5, process: 'p1', reason: 'p1 is not of the user of p2' },
      { type: 'failed', id: 5, process: 'p1', reason: 'p1 is not of the user of p2' }
    ])
    expect(placesOf(journal, 'p1')).toEqual({ cc0: 'running' })
    expect(journal.filter((entry) => entry.type === 'commanded' && entry.command.order.type === 'repoint')).toEqual([])
  })

  const server = program({ type: 'create', end: 'in', kind: 'mailbox' }, { type: 'receive', end: 'in' }, { type: 'receive', end: 'in' })
  const client = program(
    { type: 'wake', afterNs: 1e6 },
    { type: 'attach', end: 'out', kind: 'mailbox', remote: 'p2' },
    { type: 'mail', end: 'out', message: 'before' },
    { type: 'wake', afterNs: 60e6 },
    { type: 'mail', end: 'out', message: 'after' }
  )

  it('refuses with the list of residual dependencies where its policy says so', async () => {
    const journal = await journalOf(
      {
        ...daemons,
        cc0: migrationDaemon({ policy: withoutResidue }),
        io0: asking([{ type: 'migrate', id: 1, process: 'p1', to: 'cc1', of: 'cc0', afterNs: 10e6 }]),
        p1: client,
        p2: server
      },
      { processes: { p1: { cluster: 'cc0' }, p2: { cluster: 'cc2' } } },
      { until: 200e6 }
    )
    expect(repliesTo(journal, 'io0')).toEqual([
      { type: 'failed', id: 1, process: 'p1', reason: 'p1 has residual dependencies: mailbox out with p2' }
    ])
    expect(placesOf(journal, 'p1')).toEqual({ cc0: 'running' })
  })

  for (const moved of ['p1', 'p2'])
    it(`lets ${moved === 'p1' ? 'a client that moves keep its server' : 'a server that moves keep its client'}`, async () => {
      const journal = await journalOf(
        {
          ...daemons,
          io0: asking([{ type: 'migrate', id: 1, process: moved, to: 'cc1', of: moved === 'p1' ? 'cc0' : 'cc2', afterNs: 10e6 }]),
          p1: client,
          p2: server
        },
        { processes: { p1: { cluster: 'cc0' }, p2: { cluster: 'cc2' } } },
        { until: 300e6 }
      )
      expect(repliesTo(journal, 'io0')).toEqual([{ type: 'migrated', id: 1, process: moved, to: 'cc1' }])
      expect(repliesTo(journal, 'p2')).toEqual(['before', 'after'])
    })

  it('moves a process that has an end with a cluster without a daemon', async () => {
    const io0 = program(
      { type: 'create', end: 'in', kind: 'mailbox' },
      { type: 'attach', end: 'to p1', kind: 'mailbox', remote: 'p1' },
      { type: 'attach', end: 'ask', kind: 'mailbox', remote: 'cc0', port: 1 },
      { type: 'mail', end: 'ask', message: { type: 'migrate', id: 1, process: 'p1', to: 'cc1' } as never },
      { type: 'receive', end: 'in' },
      { type: 'mail', end: 'to p1', message: 'hello' }
    )
    const p1 = program({ type: 'create', end: 'in', kind: 'mailbox' }, { type: 'receive', end: 'in' })
    const journal = await journalOf({ ...daemons, io0, p1 }, { processes: { p1: { cluster: 'cc0' } } }, { until: 1e9 })
    expect(repliesTo(journal, 'io0')).toEqual([{ type: 'migrated', id: 1, process: 'p1', to: 'cc1' }])
    expect(repliesTo(journal, 'p1')).toEqual(['hello'])
  })
})
