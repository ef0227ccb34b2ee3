import type { Order } from '../../../lib/protocol/command'
import type { Data } from '../../../lib/protocol/data'
import type { Entry, Journal } from '../../../lib/protocol/journal'
import type { KernelFact, ProcessImage, ProcessPiece } from '../../../lib/protocol/process'
import type { Answer, Fact, Signal } from '../../../lib/protocol/signal'
import { runFold } from '../../../lib/stream/fold'
import { type ProcessInvariant, processInvariants } from '../../../properties/process/processInvariants'

/** A journal of a chip with processes p1 (of alice) and p2 (of bob), written by hand: times go on by one unless `at` says otherwise. */
export const telling = (world: Readonly<Record<string, Data>> = {}) => {
  const journal: Entry[] = [{ type: 'began', at: 0, version: 1, seed: 1, guests: {}, world: { ...chipOfTwo, ...world } }]
  const numbers = new Map<string, number>()
  let now = 0
  const address = (migration: string, n: number) => ({ migration, lane: '', tag: n, n })
  const told = {
    at: (time: number) => {
      now = time - 1
      return told
    },
    order: (who: string, order: Order) => {
      const n = numbers.get(who) ?? 0
      numbers.set(who, n + 1)
      journal.push({ type: 'commanded', at: ++now, command: { order, to: address(who, n) } })
      return told
    },
    /** To the latest order, or to the one so many before it. */
    answer: (who: string, answer: Answer, before = 0) => {
      journal.push({
        type: 'signalled',
        at: ++now,
        signal: { ...answer, at: now, to: address(who, numbers.get(who)! - 1 - before) } as Signal
      })
      return told
    },
    asked: (who: string, order: Order, answer: Answer = { type: 'done' }) => told.order(who, order).answer(who, answer),
    fact: (who: string, fact: Fact | KernelFact) => {
      journal.push({ type: 'signalled', at: ++now, signal: { ...fact, at: now, migration: who } as Signal })
      return told
    },
    placed: (process: string, cluster: string, state: Extract<KernelFact, { readonly type: 'placed' }>['state']) =>
      told.fact(cluster, { type: 'placed', process, user: users[process], state }),
    threads: (process: string, cluster: string, running: number, ready = 0, waiting = 0, stopped = 0) =>
      told.fact(cluster, { type: 'threads', process, running, ready, waiting, stopped }),
    frozen: (process: string, cluster: string) =>
      told
        .order(cluster, { type: 'freeze', process })
        .threads(process, cluster, 0, 0, 0, 2)
        .placed(process, cluster, 'frozen')
        .answer(cluster, { type: 'done' }),
    admitted: (process: string, cluster: string, image: Partial<ProcessImage> = {}) =>
      told
        .order(cluster, { type: 'admit', made: { ...imageOf(process), ...image } })
        .placed(process, cluster, 'arriving')
        .answer(cluster, { type: 'done' }),
    installed: (process: string, cluster: string, piece: ProcessPiece) =>
      told.asked(cluster, { type: 'install', process, piece, content: 0 }),
    unfrozen: (process: string, cluster: string) =>
      told.order(cluster, { type: 'unfreeze', process }).placed(process, cluster, 'running').answer(cluster, { type: 'done' }),
    forgotten: (process: string, cluster: string) =>
      told.order(cluster, { type: 'forget', process }).placed(process, cluster, 'left').answer(cluster, { type: 'done' }),
    ended: (who: string) => {
      journal.push({ type: 'ended', at: ++now, migration: who, outcome: { type: 'limited', limit: 'time' } })
      return told
    },
    journal: (): Journal => journal
  }
  return told
}

/** A page of a process. */
export const page = (index: number): ProcessPiece => ({ section: 'frames', index, bytes: 4096 })

/** The one piece of a process here that cannot be fetched later. */
export const uArea: ProcessPiece = { section: 'uArea', index: 0, bytes: 2112 }

/** A migration of p1 from cc0 to cc1, as it must be. */
export const migration = () =>
  telling()
    .placed('p1', 'cc0', 'running')
    .threads('p1', 'cc0', 2)
    .frozen('p1', 'cc0')
    .admitted('p1', 'cc1')
    .installed('p1', 'cc1', uArea)
    .installed('p1', 'cc1', page(0))
    .unfrozen('p1', 'cc1')
    .threads('p1', 'cc1', 2)
    .forgotten('p1', 'cc0')

/** What one of the invariants finds in a journal. */
export const found = (name: ProcessInvariant, { journal }: { readonly journal: () => Journal }): readonly string[] =>
  runFold(processInvariants.find((one) => one.name === name)!.fold, journal()).map(({ problem }) => problem)

/** What all of them find. */
export const foundByAny = ({ journal }: { readonly journal: () => Journal }): readonly string[] =>
  processInvariants.flatMap((one) => runFold(one.fold, journal()).map(({ problem }) => `${one.name}: ${problem}`))

const users: Readonly<Record<string, string>> = { p1: 'alice', p2: 'bob' }

const imageOf = (process: string): ProcessImage => ({
  process,
  user: users[process],
  threads: 2,
  pages: 1,
  pieces: [{ section: 'user', index: 0, bytes: 4096 }, uArea, page(0)]
})

const chipOfTwo = {
  world: 'chip',
  clusters: { cc0: { nodes: ['cc0'] }, cc1: { nodes: ['cc1'] } },
  noticeNs: 10,
  faults: [],
  kernel: { userCores: 15, frames: 8, kernelPages: 40, structureBytes: 30_000, threads: 18 },
  processes: {
    p1: { cluster: 'cc0', user: 'alice', threads: 2, pages: 1, userBytes: 4096, at: 0, cpuNs: 100 },
    p2: { cluster: 'cc1', user: 'bob', threads: 1, pages: 2, userBytes: 0, at: 0 }
  }
} as const
