import { describe, expect, it } from 'vitest'
import { migrationDaemon } from '../../../pipelines/manycore/migrationDaemon'
import { requestMigration } from '../../../pipelines/manycore/requestMigration'
import { asking, journalOf, placesOf, repliesTo } from './daemons'

const daemons = { cc0: migrationDaemon(), cc1: migrationDaemon() }

describe('migrationDaemon', () => {
  it('says what its cluster runs, a view for each process', async () => {
    const journal = await journalOf(
      { ...daemons, io0: asking([{ type: 'observe', id: 7, of: 'cc0' }], 3) },
      { processes: { p1: { cluster: 'cc0', threads: 2 }, p2: { cluster: 'cc0', pages: 3 } } }
    )
    expect(repliesTo(journal, 'io0').map((reply) => [reply.type, reply.id])).toEqual([
      ['observed', 7],
      ['view', 7],
      ['view', 7]
    ])
    expect(repliesTo(journal, 'io0')[0]).toMatchObject({ cluster: 'cc0', processes: ['p1', 'p2'], running: 3 })
  })

  it('ends a process', async () => {
    const journal = await journalOf(
      { ...daemons, io0: asking([{ type: 'kill', id: 1, process: 'p1', of: 'cc0' }]) },
      { processes: { p1: { cluster: 'cc0' } } }
    )
    expect(repliesTo(journal, 'io0')).toEqual([{ type: 'killed', id: 1, process: 'p1' }])
    expect(placesOf(journal, 'p1')).toEqual({ cc0: 'exited' })
  })

  it('refuses to move a process to where it is', async () => {
    const journal = await journalOf(
      { ...daemons, io0: asking([{ type: 'migrate', id: 1, process: 'p1', to: 'cc0', of: 'cc0' }]) },
      { processes: { p1: { cluster: 'cc0' } } }
    )
    expect(repliesTo(journal, 'io0')).toEqual([{ type: 'failed', id: 1, process: 'p1', reason: 'it is asked to go to cc0, where it is' }])
  })

  it('refuses options that are none', () => {
    expect(() => migrationDaemon({ technique: 'hot' as never })).toThrow(
      'migrationDaemon: technique must be one of nanvix, stopAndCopy, cold, precopy, postcopy (got hot)'
    )
    expect(() => migrationDaemon({ patienceNs: 0 })).toThrow('migrationDaemon: patienceNs must be an integer above 0 (got 0)')
    expect(() => migrationDaemon({ keeper: '' })).toThrow('migrationDaemon: keeper must be the name of a cluster (got none)')
  })

  it('requestMigration is a phase that begins with a mailbox for the reply', () => {
    expect(requestMigration({ process: 'p1', from: 'cc0', to: 'cc1' }).requests[0].order).toEqual({
      type: 'create',
      end: 'reply 0',
      kind: 'mailbox',
      port: 0
    })
  })
})
