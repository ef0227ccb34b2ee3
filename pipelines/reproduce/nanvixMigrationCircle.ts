import { isLeft } from 'fp-ts/lib/Either'
import { lastValueFrom, takeWhile } from 'rxjs'
import { run } from '../../lib/loop/run'
import { processTimes } from '../../lib/metrics/processTimes'
import { chain, done, type Step } from '../../lib/protocol/phase'
import type { Outcome, Pipeline } from '../../lib/protocol/pipeline'
import type { Seed } from '../../lib/random/random'
import { folded } from '../../lib/stream/fold'
import { chip } from '../../lib/world/chip'
import { type ChipWiring, mppaWiring } from '../../lib/world/mppaWiring'
import { migrationDaemon } from '../manycore/migrationDaemon'
import { requestMigration } from '../manycore/requestMigration'

const CLUSTERS = 16

/** A process of one page that has itself moved from cluster to cluster, through all 16 and back: in how many moves it got round, and how long it stood still in all. */
export const nanvixMigrationCircle = async (
  seed: Seed,
  wiring: ChipWiring = mppaWiring()
): Promise<{ readonly moves: number; readonly stoppedMs: number }> => {
  const walking = (move: number): Step<Outcome> => {
    if (move === CLUSTERS) return done({ type: 'completed', needs: [] })
    const [from, to] = [`cc${move}`, `cc${(move + 1) % CLUSTERS}`]
    return chain('moved', (reply: unknown): Step<Outcome> => {
      const answer = reply as Parameters<typeof isLeft>[0]
      if (isLeft(answer) || (answer.right as { readonly type: string }).type !== 'migrated')
        return done({ type: 'aborted', reason: `move ${move + 1} failed`, running: 'source' })
      return walking(move + 1)
    })(requestMigration({ process: 'p0', from, to, id: move }) as Step<unknown>)
  }
  const programs: Readonly<Record<string, Pipeline>> = Object.fromEntries([
    ['p0', () => walking(0)],
    ...Array.from({ length: CLUSTERS }, (_, i): [string, Pipeline] => [`cc${i}`, migrationDaemon()])
  ])
  let moves = 0
  const { p0 } = await lastValueFrom(
    run(programs, chip({ wiring, processes: { p0: { cluster: 'cc0', pages: 1 } } }), { seed, until: 5e9 }).pipe(
      takeWhile((entry) => {
        if (entry.type === 'signalled' && entry.signal.type === 'placed' && entry.signal.state === 'left') moves++
        return !(entry.type === 'ended' && entry.migration === 'p0')
      }, true),
      folded(processTimes)
    )
  )
  return { moves, stoppedMs: p0.stoppedNs / 1e6 }
}
