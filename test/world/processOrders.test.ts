import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { uniform } from '../../lib/guest/uniform'
import type { Order } from '../../lib/protocol/command'
import type { ProcessPiece } from '../../lib/protocol/process'
import { chipOf } from './processes'

const room = { compute: { frames: 14, kernelPages: 12, userCores: 2 } }
const processes = {
  a: { cluster: 'cc0', pages: 2, threads: 2, cpuNs: 4_000_000, workload: uniform({ pages: 4, writesPerSecond: 50_000 }) },
  b: { cluster: 'cc0', pages: 0, userBytes: 4096 },
  c: { cluster: 'cc1', pages: 1, threads: 2, at: 300_000, workload: uniform({ pages: 1, writesPerSecond: 50_000 }) }
}
const clusters = ['cc0', 'cc1', 'cc2']
const who = fc.constantFrom(...Object.keys(processes))
const piece: fc.Arbitrary<ProcessPiece> = fc.oneof(
  fc.record({
    section: fc.constantFrom('user' as const, 'stacks' as const, 'frames' as const),
    index: fc.nat(4),
    bytes: fc.constant(4096)
  }),
  fc.record({
    section: fc.constantFrom('uArea' as const, 'pageTable' as const, 'ends' as const),
    index: fc.constant(0),
    bytes: fc.nat(3000)
  })
)
/** Clusters by name, or where a process stands, or where it arrives. */
const kernels = fc.constantFrom('home', 'home', 'target', 'target', 'cc0', 'cc1', 'cc2')
const programs = fc.constantFrom(...Object.keys(processes))
const asked = (from: fc.Arbitrary<string>, order: fc.Arbitrary<Asked>) =>
  fc.record({ afterNs: fc.constantFrom(0, 0, 1000, 60_000, 900_000, 12_000_000), from, pick: fc.nat(1000), order })
type Asked =
  | Exclude<Order, { readonly type: 'install' | 'admit' }>
  | { readonly type: 'install'; readonly process: string; readonly piece: ProcessPiece }
  | { readonly type: 'admit'; readonly process: string }
  | { readonly type: 'copyAll'; readonly process: string }
  | { readonly type: 'bring'; readonly process: string; readonly to: string }
/** Orders without rhyme or reason; contents and images are those that came in earlier answers, whosever they are. `copyAll`: all pieces that can be read anywhere to wherever they can be put; `bring`: all of a migration but its end. */
const orders = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: asked(
        kernels,
        fc.record({ type: fc.constantFrom('freeze' as const, 'freeze' as const, 'unfreeze' as const, 'describe' as const), process: who })
      )
    },
    {
      weight: 2,
      arbitrary: asked(
        kernels,
        fc.record({
          type: fc.constantFrom('forget' as const, 'forget' as const, 'collect' as const, 'collect' as const, 'kill' as const),
          process: who
        })
      )
    },
    { weight: 3, arbitrary: asked(kernels, fc.record({ type: fc.constantFrom('admit' as const, 'copyAll' as const), process: who })) },
    {
      weight: 3,
      arbitrary: asked(kernels, fc.record({ type: fc.constant('bring' as const), process: who, to: fc.constantFrom(...clusters) }))
    },
    asked(kernels, fc.record({ type: fc.constant('unfreeze' as const), process: who, absent: fc.boolean() })),
    asked(kernels, fc.record({ type: fc.constant('extract' as const), process: who, piece })),
    asked(kernels, fc.record({ type: fc.constant('install' as const), process: who, piece })),
    asked(kernels, fc.record({ type: fc.constant('watch' as const), process: who, on: fc.boolean() })),
    asked(programs, fc.record({ type: fc.constant('poke' as const), page: fc.nat(5), word: fc.nat(9) })),
    asked(programs, fc.record({ type: fc.constant('peek' as const), page: fc.nat(5) })),
    asked(fc.oneof(programs, kernels), fc.record({ type: fc.constant('observe' as const) })),
    asked(fc.oneof(programs, kernels), fc.record({ type: fc.constant('wake' as const), afterNs: fc.nat(1_000_000) })),
    asked(
      fc.oneof(programs, kernels),
      fc.record({
        type: fc.constant('create' as const),
        end: fc.constantFrom('x', 'y'),
        kind: fc.constantFrom('mailbox' as const, 'portal' as const)
      })
    )
  ),
  { minLength: 15, maxLength: 40, size: 'max' }
)
const faults = fc.array(fc.record({ at: fc.nat(5_000_000), cluster: fc.constantFrom(...clusters) }), { maxLength: 1 })

describe('orders about processes, in whatever order', () => {
  it('are answered once each, as long as there is one who can; no thread has two cores, and all memory comes back', () => {
    const gone = { home: 0, away: 0 }
    fc.assert(
      fc.property(orders, faults, (plan, breaks) => {
        const world = chipOf({ processes, room, faults: breaks })
        world.until(1)
        const given: { readonly n: number; readonly from: string }[] = []
        for (const { afterNs, from: named, pick, order } of plan) {
          world.until(world.now() + afterNs)
          const placed = world.facts('placed').filter((one) => 'process' in order && one.process === order.process)
          const last = (state: string): string => placed.filter((one) => one.state === state).at(-1)?.migration ?? 'cc0'
          const from = named === 'home' ? last('running') : named === 'target' ? last('arriving') : named
          const give = (to: string, whole: Order): void => void given.push({ n: world.give(to, whole), from: to })
          const contents = world.facts('extracted').map(({ content }) => content)
          const images = world.facts('described').map(({ made }) => made)
          const copyAll = (process: string): void => {
            for (const made of world
              .facts('described')
              .filter((one) => one.made.process === process)
              .slice(-1))
              for (const piece of made.made.pieces)
                for (const cluster of clusters) {
                  const read = world.ask(cluster, { type: 'extract', process, piece })
                  if (read.type !== 'extracted') continue
                  for (const other of clusters)
                    if (other !== cluster) give(other, { type: 'install', process, piece, content: read.content })
                }
          }
          if (order.type === 'copyAll') copyAll(order.process)
          else if (order.type === 'bring') {
            const said = world.ask(from, { type: 'describe', process: order.process })
            if (said.type === 'described') world.ask(order.to, { type: 'admit', made: said.made })
            world.ask(from, { type: 'freeze', process: order.process })
            copyAll(order.process)
          } else if (order.type === 'admit') {
            if (images.length > 0) give(from, { type: 'admit', made: images[pick % images.length] })
          } else if (order.type === 'install')
            give(from, { ...order, content: contents.length === 0 ? null : contents[pick % contents.length] })
          else give(from, order)
        }
        world.until(world.now() + 1e9)
        for (const cluster of clusters) for (const process of Object.keys(processes)) world.give(cluster, { type: 'kill', process })
        world.until(world.now() + 1e9)
        // A process that waits for a page nobody brings is killed; one that nobody can end any more does not exist.
        for (const { n, from } of given)
          expect([from, world.heard.filter((one) => 'to' in one && one.to.n === n).length]).toEqual([from, 1])
        for (const { running, ready, waiting, stopped } of world.facts('threads')) {
          for (const count of [running, ready, waiting, stopped]) expect(count).toBeGreaterThanOrEqual(0)
          expect(running).toBeLessThanOrEqual(2)
        }
        for (const cluster of clusters) {
          if (breaks.some((one) => one.cluster === cluster)) continue
          expect(world.ask(cluster, { type: 'observe' })).toMatchObject({
            running: 0,
            ready: 0,
            freeFrames: 14,
            freeKernelPages: 12,
            processes: []
          })
        }
        for (const { when, migration, process } of world.facts('checked'))
          if (when === 'unfrozen')
            gone[migration === world.facts('placed').find((one) => one.process === process)!.migration ? 'home' : 'away']++
      }),
      { numRuns: 80, seed: 5 }
    )
    expect(gone.home).toBeGreaterThan(5)
    expect(gone.away).toBeGreaterThan(1)
  })
})
