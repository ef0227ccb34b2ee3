import * as E from 'fp-ts/lib/Either'
import { slowdown } from '../../lib/metrics/processTimes'
import type { Motive } from '../../lib/motive/chipDecision'
import { suspicion } from '../../lib/motive/suspicion'
import type { Order } from '../../lib/protocol/command'
import { iterate, request, type Step } from '../../lib/protocol/phase'
import type { Outcome, Pipeline } from '../../lib/protocol/pipeline'
import type { Seed } from '../../lib/random/random'
import type { Cell } from '../reproduce/reproduction'
import { type ManagedRun, managedRun } from './managed'
import { decisionText, done, type Study } from './study'

const CLUSTERS = ['cc0', 'cc1', 'cc2']
const CPU_NS = 400_000_000

/** A program that gives such orders in turn, so many, one every so often, whatever comes of them. */
const trying = ({
  orders,
  times,
  everyNs
}: {
  readonly orders: readonly Order[]
  readonly times: number
  readonly everyNs: number
}): Pipeline => {
  const turn = (i: number): Step<unknown> => request(i % 2 === 0 ? orders[(i / 2) % orders.length] : { type: 'wake', afterNs: everyNs })
  return () =>
    iterate<number, unknown, Outcome>('trying', 0, turn, (i) =>
      i + 1 < 2 * times ? E.left(i + 1) : E.right({ type: 'completed', needs: [] })
    )
}

/** What a spy tries: to stop its neighbour, to have a copy of its memory, to end it, and to read pages that it has not. */
const probes: readonly Order[] = [
  { type: 'freeze', process: 'honest' },
  { type: 'extract', process: 'honest', piece: { section: 'frames', index: 0, bytes: 4096 } },
  { type: 'kill', process: 'honest' },
  { type: 'peek', page: 5000 }
]

/** An honest process of 9 threads, which writes to its memory and has one call refused; beside it a spy of 8 threads, or a neighbour that keeps to the rules and is as busy. */
export const suspected = ({ spies, motive }: { readonly spies: boolean; readonly motive?: Motive }, seed: Seed): ManagedRun => {
  const result: readonly Order[] = [{ type: 'poke', page: 0, word: 7 }]
  const slip: readonly Order[] = [{ type: 'peek', page: 4000 }]
  return managedRun({
    processes: {
      honest: { cluster: 'cc0', user: 'alice', threads: 9, pages: 8, cpuNs: CPU_NS },
      other: { cluster: 'cc0', user: 'bob', threads: 8, pages: 2, ...(spies ? {} : { cpuNs: CPU_NS }) }
    },
    programs: {
      honest: trying({ orders: [...slip, ...Array.from({ length: 50 }, () => result[0])], times: 40, everyNs: 5e6 }),
      other: spies
        ? trying({ orders: probes, times: 300, everyNs: 2e6 })
        : trying({ orders: [...slip, ...Array.from({ length: 99 }, () => result[0])], times: 80, everyNs: 2e6 })
    },
    clusters: CLUSTERS,
    motive,
    everyNs: 20e6,
    over: (view) => view.at > 900e6,
    until: 1.5e9,
    seed
  })
}

/** A process that breaks rules beside one that does not, and two that do not. */
export const securityStudy: Study = {
  name: 'security',
  sentence:
    'security: a process that asks again and again for what is not its own is isolated or killed; an honest one is not touched, however busy',
  source: 'the rule is ours: refusals that concern what is not one’s own, and traffic above an allowance',
  run: async ({ seed, progress }) => {
    const trials: readonly { readonly world: string; readonly name: string; readonly spies: boolean; readonly motive?: Motive }[] = [
      { world: 'a spy', name: 'nothing', spies: true },
      { world: 'a spy', name: 'isolate', spies: true, motive: suspicion() },
      { world: 'a spy', name: 'kill', spies: true, motive: suspicion({ act: 'kill' }) },
      { world: 'a busy neighbour', name: 'nothing', spies: false },
      { world: 'a busy neighbour', name: 'kill', spies: false, motive: suspicion({ act: 'kill' }) }
    ]
    const all: ManagedRun[] = []
    for (const trial of trials) {
      await progress(`${trial.world}, ${trial.name}`)
      all.push(suspected(trial, seed))
    }
    const figures = all.map(({ times: { honest, other }, log }) => ({
      slowdown: slowdown(honest) ?? Number.NaN,
      beside: (other.stays.length > 1 ? done(log, 'isolate')[0]?.answeredAt : other.endedAt) ?? Number.POSITIVE_INFINITY,
      deeds: done(log, 'isolate', 'kill').length,
      at: other.endedAt !== undefined ? 'ended' : other.stays[other.stays.length - 1],
      spent: other.coreNs / 1e6
    }))
    const [bare, isolated, killed, neighbours, left] = figures
    const said = all.flatMap(({ log }) => log.filter(({ type }) => type === 'isolate' || type === 'kill'))
    return {
      tables: [
        {
          title: 'an honest process of 9 threads, and another of 8 beside it, on 15 cores',
          columns: [
            { name: 'beside it' },
            { name: 'policy' },
            { name: 'slowdown', decimals: 3 },
            { name: 'together until', unit: 'ms', decimals: 1 },
            { name: 'other at' },
            { name: 'its core time', unit: 'ms', decimals: 0 },
            { name: 'deeds', decimals: 0 }
          ],
          rows: figures.map((one, i): Cell[] => [
            trials[i].world,
            trials[i].name,
            one.slowdown,
            one.beside === Number.POSITIVE_INFINITY ? 'the end' : one.beside / 1e6,
            one.at,
            one.spent,
            one.deeds
          ])
        }
      ],
      verdicts: [
        {
          text: `helps: beside a spy the honest process takes ${bare.slowdown.toFixed(3)} times its core time, ${isolated.slowdown.toFixed(3)} when the spy is isolated, ${killed.slowdown.toFixed(3)} when it is killed`,
          holds: isolated.slowdown < bare.slowdown && killed.slowdown < bare.slowdown && isolated.deeds === 1 && killed.deeds === 1
        },
        {
          text: `must not act: of two honest processes that share 15 cores, one call refused to each, none is touched (${left.deeds})`,
          holds: left.deeds === 0 && left.slowdown === neighbours.slowdown
        }
      ],
      notes: said.slice(0, 2).map((decision) => `Said: ${decisionText(decision)}.`)
    }
  }
}
