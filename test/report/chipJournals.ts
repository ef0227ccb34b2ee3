import type { Order } from '../../lib/protocol/command'
import type { Entry, Journal } from '../../lib/protocol/journal'
import type { Signal } from '../../lib/protocol/signal'
import type { Time } from '../../lib/time/time'
import { chip } from '../../lib/world/chip'
import type { ChipOptions } from '../../lib/world/chipOptions'
import { mppaWiring } from '../../lib/world/mppaWiring'

const wiring = mppaWiring()

/** The first entry of a journal of a chip. */
export const begunChip = (options: ChipOptions = {}, at: Time = 0): Entry => {
  const { guests, description } = chip({ wiring, ...options })
  return { type: 'began', at, version: 1, seed: 3, guests, world: description }
}

type Told = { readonly [K in Signal['type']]: Omit<Extract<Signal, { readonly type: K }>, 'at' | 'migration' | 'to'> }[Signal['type']]

/** A fact told to a cluster. */
export const told = (at: Time, cluster: string, fact: Told): Entry => ({
  type: 'signalled',
  at,
  signal: { ...fact, at, migration: cluster } as Signal
})

/** An order of a cluster's program; `n` tells orders apart. */
export const given = (at: Time, cluster: string, n: number, order: Order): Entry => ({
  type: 'commanded',
  at,
  command: { order, to: { migration: cluster, lane: '', tag: n, n } }
})

/** A message or a chunk that has come, for a process or for the cluster's own program. */
export const arrived = (at: Time, from: string, node: string, bytes: number, process?: string): Entry =>
  told(at, node.split('.')[0], {
    type: 'arrived',
    by: bytes === 144 ? 'mailbox' : 'portal',
    from,
    node,
    number: 0,
    bytes,
    ...(process === undefined ? {} : { process })
  })

const threads = (at: Time, cluster: string, process: string, [running, ready, waiting, stopped]: readonly number[]): Entry =>
  told(at, cluster, { type: 'threads', process, running, ready, waiting, stopped })

const placed = (at: Time, cluster: string, process: string, state: 'running' | 'frozen' | 'arriving' | 'left'): Entry =>
  told(at, cluster, { type: 'placed', process, user: 'ann', state })

/**
 * A process of 18 threads on cc5 that talks to another on cc10 moves to cc6 in 40 chunks, cold: from 2 to 6.6 ms, frozen from 2.25 to 6.5 ms. Written by hand, so that all numbers are known.
 */
export const movedProcess = (): Journal => {
  const chunk = { section: 'user', bytes: 4096 } as const
  const talk = (from: number, to: number, node: string): readonly Entry[] =>
    Array.from({ length: (to - from) / 100_000 }, (_, i) => [
      arrived(from + i * 100_000, node, 'cc10', 2048, 'q'),
      arrived(from + i * 100_000 + 50_000, 'cc10', node, 2048, 'p')
    ]).flat()
  const entries: readonly Entry[] = [
    placed(0, 'cc5', 'p', 'running'),
    placed(0, 'cc10', 'q', 'running'),
    threads(0, 'cc5', 'p', [15, 3, 0, 0]),
    threads(0, 'cc10', 'q', [2, 0, 2, 0]),
    threads(1_000_000, 'cc10', 'q', [1, 0, 3, 0]),
    ...talk(100_000, 2_200_000, 'cc5'),
    arrived(2_000_000, 'cc5', 'cc6', 144),
    placed(2_050_000, 'cc6', 'p', 'arriving'),
    given(2_100_000, 'cc5', 1, { type: 'freeze', process: 'p' }),
    placed(2_250_000, 'cc5', 'p', 'frozen'),
    threads(2_250_000, 'cc5', 'p', [0, 0, 0, 18]),
    ...Array.from({ length: 40 }, (_, index) => [
      arrived(2_300_000 + index * 100_000, 'cc5', 'cc6', 4096),
      given(2_310_000 + index * 100_000, 'cc6', 10 + index, { type: 'install', process: 'p', piece: { ...chunk, index }, content: index })
    ]).flat(),
    placed(6_500_000, 'cc6', 'p', 'running'),
    threads(6_500_000, 'cc6', 'p', [12, 3, 3, 0]),
    arrived(6_550_000, 'cc6', 'cc5', 144),
    placed(6_600_000, 'cc5', 'p', 'left'),
    ...talk(6_700_000, 10_000_000, 'cc6')
  ]
  return [begunChip(), ...[...entries].sort((a, b) => a.at - b.at)]
}
