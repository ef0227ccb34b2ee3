import { isLeft } from 'fp-ts/lib/Either'
import { lastValueFrom, scan, takeWhile } from 'rxjs'
import { run } from '../../lib/loop/run'
import type { Order } from '../../lib/protocol/command'
import type { Data } from '../../lib/protocol/data'
import type { Entry } from '../../lib/protocol/journal'
import { chain, done, request, type Step } from '../../lib/protocol/phase'
import type { Outcome, Pipeline } from '../../lib/protocol/pipeline'
import type { Seed } from '../../lib/random/random'
import { chip } from '../../lib/world/chip'
import type { KernelCosts } from '../../lib/world/kernelCosts'
import { type ChipWiring, mppaWiring } from '../../lib/world/mppaWiring'
import { DAEMON_PORT } from '../manycore/daemonMessage'
import type { TechniqueName } from '../manycore/daemonOptions'
import { migrationDaemon } from '../manycore/migrationDaemon'

/**
 * The benchmark of N. Vanz (2023) on so many pairs of clusters at once: the threads and pages of each process, how often it asks for its node's number before it moves (once alone, twice in parallel), and with which
 * costs of the kernel.
 */
export type MigrationBenchmark = {
  readonly threads: number
  readonly pages: number
  readonly userBytes?: number
  readonly pairs?: number
  readonly asksNode?: number
  readonly kernel?: Partial<KernelCosts>
  readonly technique?: TechniqueName
  readonly seed?: Seed
  readonly wiring?: ChipWiring
}

/**
 * Milliseconds from the moment when the I/O cluster has heard that all are ready, to the moment when the last of them goes on at its target: its main thread, which waits for a core longest, is then the first to get one. (The
 * benchmark ends with that thread's signal, which takes 0.1 ms more.)
 */
export const nanvixMigrationRun = async (benchmark: MigrationBenchmark): Promise<number> => {
  const {
    threads,
    pages,
    userBytes,
    pairs = 1,
    asksNode = 1,
    kernel = {},
    technique = 'nanvix',
    seed = 1,
    wiring = mppaWiring()
  } = benchmark
  const names = Array.from({ length: pairs }, (_, i) => `p${i}`)
  const daemon = migrationDaemon({ technique, follow: false })
  const programs = Object.fromEntries([
    ['io0', (): Step<Outcome> => master(names)],
    ...names.map((name, i): [string, Pipeline] => [name, () => measured(`cc${i}`, `cc${pairs + i}`, name, asksNode)]),
    ...Array.from({ length: 2 * pairs }, (_, i): [string, Pipeline] => [`cc${i}`, daemon])
  ])
  const processes = Object.fromEntries(
    names.map((name, i) => [name, { cluster: `cc${i}`, threads, pages, ...(userBytes === undefined ? {} : { userBytes }) }])
  )
  const world = chip({ wiring, processes, kernel })
  const { ready, moved } = await lastValueFrom(
    run(programs, world, { seed, until: 5e9 }).pipe(
      scan<Entry, Marks>((marks, entry) => marked(marks, entry, pairs), { ready: undefined, moved: undefined, left: pairs, gone: pairs }),
      takeWhile((marks) => marks.moved === undefined, true)
    )
  )
  if (ready === undefined || moved === undefined) throw new RangeError('nanvixMigrationRun: all processes must have moved (got fewer)')
  return (moved - ready) / 1e6
}

/** What has been seen: when all were ready and when all had moved, and how many are still to be so. */
type Marks = { readonly ready: number | undefined; readonly moved: number | undefined; readonly left: number; readonly gone: number }

const marked = (marks: Marks, entry: Entry, pairs: number): Marks => {
  if (entry.type !== 'signalled') return marks
  const { signal } = entry
  if (signal.type === 'received' && signal.to.migration === 'io0' && marks.left > 0)
    return { ...marks, left: marks.left - 1, ready: marks.left === 1 ? signal.at : undefined }
  if (signal.type !== 'placed' || signal.state !== 'running' || Number(signal.migration.slice(2)) < pairs) return marks
  return { ...marks, gone: marks.gone - 1, moved: marks.gone === 1 ? signal.at : undefined }
}

/** Waits for all, and lets all go. */
const master = (names: readonly string[]): Step<Outcome> =>
  orders([
    { type: 'create', end: 'in', kind: 'mailbox' },
    ...names.map((): Order => ({ type: 'receive', end: 'in' })),
    ...names.flatMap((name): Order[] => [
      { type: 'attach', end: name, kind: 'mailbox', remote: name },
      { type: 'mail', end: name, message: 'go' },
      { type: 'close', end: name }
    ])
  ])

/**
 * What the measured process calls, in the benchmark's order: it signals that it is ready and waits for the others, then `kmigrate_to`: the number of its node, the mailboxes of both daemons, and the request, during which it
 * is frozen. Each is a call of its first thread to the system's core. (A chip has no call for a node's number: an end that nobody uses is created instead, a call that keeps books as that does.)
 */
const measured = (from: string, to: string, process: string, asksNode: number): Step<Outcome> =>
  orders([
    { type: 'create', end: 'in', kind: 'mailbox' },
    { type: 'create', end: 'reply', kind: 'mailbox', port: 1 },
    { type: 'attach', end: 'out', kind: 'mailbox', remote: 'io0' },
    { type: 'mail', end: 'out', message: 'ready' },
    { type: 'receive', end: 'in' },
    ...Array.from({ length: asksNode }, (_, i): Order => ({ type: 'create', end: `node ${i}`, kind: 'mailbox', port: 2 + i })),
    { type: 'attach', end: 'receiver', kind: 'mailbox', remote: to, port: DAEMON_PORT },
    { type: 'attach', end: 'sender', kind: 'mailbox', remote: from, port: DAEMON_PORT },
    { type: 'mail', end: 'sender', message: { type: 'migrate', id: 0, port: 1, process, to } as Data },
    { type: 'receive', end: 'reply' }
  ])

/** Orders one after the other, refusals at an end. */
const orders = ([first, ...others]: readonly Order[]): Step<Outcome> =>
  chain('order', (result: unknown): Step<Outcome> => {
    const answer = result as Parameters<typeof isLeft>[0]
    if (isLeft(answer)) return done({ type: 'aborted', reason: (answer.left as { readonly reason: string }).reason, running: 'source' })
    return others.length > 0 ? orders(others) : done({ type: 'completed', needs: [] })
  })(request(first) as Step<unknown>)
