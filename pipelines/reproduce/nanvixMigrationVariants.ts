import { lastValueFrom, scan, takeWhile } from 'rxjs'
import { hotCold } from '../../lib/guest/hotCold'
import { run } from '../../lib/loop/run'
import type { Entry } from '../../lib/protocol/journal'
import { chain, done, request, type Step } from '../../lib/protocol/phase'
import type { Outcome, Pipeline } from '../../lib/protocol/pipeline'
import type { Seed } from '../../lib/random/random'
import { chip } from '../../lib/world/chip'
import { mppaWiring } from '../../lib/world/mppaWiring'
import type { TechniqueName } from '../manycore/daemonOptions'
import { migrationDaemon } from '../manycore/migrationDaemon'
import { requestMigration } from '../manycore/requestMigration'

/** What one migration of a process that writes came to: how long it was frozen, from the request to the reply, the pieces that were copied, and the core time that each of its threads lost of what it wanted meanwhile. */
export type VariantRun = {
  readonly downtimeMs: number
  readonly totalMs: number
  readonly pieces: number
  readonly lostMs: number
}

const THREADS = 4
/** Four threads and 64 allocated pages, into which each thread writes 500 times a second of its core time, nine times of ten into the first four. */
const moving = {
  cluster: 'cc0',
  threads: THREADS,
  pages: 64,
  workload: hotCold({ pages: 64, hotPages: 1 / 16, hotAccesses: 0.9, writesPerSecond: 500 * THREADS, vcpus: THREADS })
}

/** Has such a process moved from `cc0` to `cc1` by a technique, 20 ms after it began. */
export const nanvixMigrationVariant = async (technique: TechniqueName, seed: Seed): Promise<VariantRun> => {
  const asking = (): Step<Outcome> =>
    chain('waited', () =>
      chain('moved', () => done<Outcome>({ type: 'completed', needs: [] }))(
        requestMigration({ process: 'p0', from: 'cc0', to: 'cc1', technique })
      )
    )(request({ type: 'wake', afterNs: 20e6 }))
  const daemon = migrationDaemon()
  const programs: Readonly<Record<string, Pipeline>> = { io0: asking, io1: daemon, cc0: daemon, cc1: daemon }
  const { asked, replied, frozen, gone, core, pieces } = await lastValueFrom(
    run(programs, chip({ wiring: mppaWiring(), processes: { p0: moving } }), { seed, until: 5e9 }).pipe(
      scan<Entry, Seen>(seen, { asked: 0, replied: 0, frozen: 0, gone: 0, core: 0, pieces: 0, running: 0, since: 0 }),
      takeWhile((now) => now.replied === 0, true)
    )
  )
  if (gone === 0) throw new RangeError(`nanvixMigrationVariant: ${technique} must move the process (got another reply)`)
  const lost = (replied - asked) * THREADS - core
  return { downtimeMs: (gone - frozen) / 1e6, totalMs: (replied - asked) / 1e6, pieces, lostMs: lost / THREADS / 1e6 }
}

/** Times of the request, the reply, the freezing and the going on, core time since the request, pieces copied; how many threads run, since when. */
type Seen = {
  readonly asked: number
  readonly replied: number
  readonly frozen: number
  readonly gone: number
  readonly core: number
  readonly pieces: number
  readonly running: number
  readonly since: number
}

const seen = (now: Seen, entry: Entry): Seen => {
  if (entry.type === 'commanded') {
    const { order, to } = entry.command
    if (order.type === 'extract') return { ...now, pieces: now.pieces + 1 }
    return order.type === 'mail' && to.migration === 'io0' ? { ...now, asked: entry.at, since: entry.at, core: 0 } : now
  }
  if (entry.type !== 'signalled') return now
  const { signal } = entry
  if (signal.type === 'threads')
    return { ...now, core: now.core + now.running * (signal.at - now.since), running: signal.running, since: signal.at }
  if (signal.type === 'received' && signal.to.migration === 'io0')
    return { ...now, replied: signal.at, core: now.core + now.running * (signal.at - now.since), since: signal.at }
  if (signal.type !== 'placed') return now
  if (signal.state === 'frozen') return { ...now, frozen: signal.at }
  return signal.state === 'running' && signal.migration === 'cc1' ? { ...now, gone: signal.at } : now
}
