import type { Motive } from '../../lib/motive/chipDecision'
import { dataLocality } from '../../lib/motive/dataLocality'
import type { Pipeline } from '../../lib/protocol/pipeline'
import type { Seed } from '../../lib/random/random'
import { type Script, script } from '../collectives/script'
import type { Cell } from '../reproduce/reproduction'
import { chipHops } from './chipHops'
import { computeClusters, type ManagedRun, managedRun } from './managed'
import { decisionText, done, type Study } from './study'

const SOURCE = 'io1'
const CLUSTERS = ['cc6', 'cc8', 'cc12', 'cc15', SOURCE]

/** A stream of blocks from a process on an I/O cluster, where the data are, to one that works on them: so many, so large, so far apart. `pages`: of the worker. */
export type Stream = { readonly blocks: number; readonly bytes: number; readonly apartNs: number; readonly pages: number }

const sending = ({ blocks, bytes, apartNs }: Stream): Pipeline => {
  const block: Script = [[{ type: 'put', end: 'out', bytes, content: 'block' }], [{ type: 'wake', afterNs: apartNs }]]
  return () =>
    script([[{ type: 'attach', end: 'out', kind: 'portal', remote: 'worker' }], ...Array.from({ length: blocks }, () => block).flat()])
}

const working = ({ blocks, bytes }: Stream): Pipeline => {
  const block: Script = [[{ type: 'allow', end: 'in', from: 'source', bytes }], [{ type: 'get', end: 'in', bytes }]]
  return () => script([[{ type: 'create', end: 'in', kind: 'portal' }], ...Array.from({ length: blocks }, () => block).flat()])
}

/** One run of a stream: the worker begins on cc6, five links from its data. */
export const streamed = (
  { stream, motive }: { readonly stream: Stream; readonly motive?: Motive },
  seed: Seed
): ManagedRun & { readonly blocks: number } => {
  const until = stream.blocks * (stream.apartNs + stream.bytes * 10) + 100e6
  const run = managedRun({
    processes: {
      source: { cluster: SOURCE, user: 'all', pages: 16 },
      worker: { cluster: 'cc6', user: 'all', pages: stream.pages }
    },
    programs: { source: sending(stream), worker: working(stream) },
    clusters: CLUSTERS,
    motive,
    everyNs: 25e6,
    over: (view) => view.at > 100e6,
    until,
    seed
  })
  return { ...run, blocks: stream.blocks }
}

/** The motive as it is tried: on the chip's own routes, the source staying with its data. */
export const nearer = dataLocality({ hops: chipHops(), staying: ['source'], targets: computeClusters })

/** One that moves to whatever is nearer, not counting what the move spends. */
const careless = dataLocality({ hops: chipHops(), staying: ['source'], targets: computeClusters, moveWeighs: 0 })

const microjoules = ({ traffic }: ManagedRun): number => traffic.picojoules / 1e6

/** Moving closer to the data, where much is still to come and where little is. */
export const localityStudy: Study = {
  name: 'locality',
  sentence:
    'data locality: a process moves closer to where its data come from, if that saves more energy on the network than the move spends',
  source: 'flits, links and energies as nocEnergy; what remains of a process is taken to be its age, as Harchol-Balter and Downey measured',
  run: async ({ seed, progress }) => {
    const much: Stream = { blocks: 160, bytes: 16_384, apartNs: 500_000, pages: 4 }
    const little: Stream = { blocks: 8, bytes: 512, apartNs: 20e6, pages: 100 }
    const trials: readonly { readonly world: string; readonly name: string; readonly stream: Stream; readonly motive?: Motive }[] = [
      { world: 'much', name: 'nothing', stream: much },
      { world: 'much', name: 'nearer', stream: much, motive: nearer },
      { world: 'little', name: 'nothing', stream: little },
      { world: 'little', name: 'looks only', stream: little, motive: () => [] },
      { world: 'little', name: 'nearer', stream: little, motive: nearer },
      { world: 'little', name: 'at any price', stream: little, motive: careless }
    ]
    const all: ManagedRun[] = []
    for (const trial of trials) {
      await progress(`${trial.world} data, ${trial.name}`)
      all.push(streamed(trial, seed))
    }
    const own = ({ traffic: { byProcess } }: ManagedRun): number => Object.values(byProcess).reduce((sum, one) => sum + one, 0) / 1e6
    const rows = all.map((run, i): Cell[] => {
      const { stays } = run.times.worker
      return [
        trials[i].world,
        trials[i].name,
        microjoules(run),
        own(run),
        run.traffic.systemPicojoules / 1e6,
        stays[stays.length - 1],
        done(run.log, 'migrate').length
      ]
    })
    const [far, near, still, looked, left, dear] = all
    const said = [...near.log, ...left.log].filter(
      ({ type }, i, log) => type === 'migrate' || log.findIndex((one) => one.type === type) === i
    )
    return {
      tables: [
        {
          title: 'a worker on cc6, and its data on io1, five links away',
          columns: [
            { name: 'data' },
            { name: 'policy' },
            { name: 'energy', unit: 'uJ', decimals: 2 },
            { name: 'of processes', unit: 'uJ', decimals: 2 },
            { name: 'of daemons', unit: 'uJ', decimals: 2 },
            { name: 'worker at' },
            { name: 'moves', decimals: 0 }
          ],
          rows
        }
      ],
      verdicts: [
        {
          text: `helps: the energy of all that goes over the networks falls from ${microjoules(far).toFixed(1)} to ${microjoules(near).toFixed(1)} uJ, the migration and its manager counted`,
          holds: microjoules(near) < microjoules(far)
        },
        {
          text: `must not act: for little data it stays (${done(left.log, 'migrate').length} moves) and spends what looking costs; moving at any price would take ${(microjoules(dear) - microjoules(looked)).toFixed(1)} uJ more`,
          holds:
            done(left.log, 'migrate').length === 0 && microjoules(left) === microjoules(looked) && microjoules(dear) > microjoules(looked)
        }
      ],
      notes: [
        'Energy of flits that move, by round figures for a flit and link (see assumedFlitEnergy): ratios are to be trusted, joules are not. Of daemons: looks, requests and migrations.',
        ...said.slice(0, 2).map((decision) => `Said: ${decisionText(decision)}.`),
        `Doing nothing with little data: ${microjoules(still).toFixed(2)} uJ.`
      ]
    }
  }
}
