import { flitNoc } from '../../lib/noc/flitNoc'
import { flitRouter } from '../../lib/noc/flitRouter'
import { type LoadPoint, loadPoint } from '../../lib/noc/loadPoint'
import { dimensionOrder } from '../../lib/noc/routing'
import { mesh, torus } from '../../lib/noc/topology'
import { neighborTraffic, uniformTraffic } from '../../lib/noc/traffic'
import { key, type Seed, split } from '../../lib/random/random'
import { formatNumber } from '../../lib/report/numbers'
import { type BooksimLone, type BooksimPoint, type BooksimSaturation, booksimRuns } from './booksimRuns'
import type { Reproduced, ReproducedColumn, Reproduction, Verdict } from './reproduction'

/** Latency curves, saturation and lone packets measured with BookSim2 (traces/measured), each beside the flit-level network, and what is aimed at. */
export const booksim: Reproduction = {
  name: 'booksim2',
  sentence:
    'latency and saturation of 4x4 tori and meshes by BookSim2, flit by flit: uniform and neighbour traffic, packets of 1, 8 and 64 flits',
  source: 'measured for this project with BookSim2, commit 28f4329, 2026; traces/measured/booksim2.json',
  run: async ({ seed, progress }): Promise<Reproduced> => {
    const { saturation } = booksimRuns()
    const curves: BooksimCurve[] = []
    for (const points of booksimCurves()) {
      const [{ topology, traffic, flits }] = points
      await progress(`${topology}, ${traffic}, packets of ${flits}`)
      const compared: BooksimCompared[] = []
      for (const point of points) {
        compared.push(booksimCompared(point, seed))
        await progress(`${topology}, ${traffic}, packets of ${flits}, ${point.offered} flits a node and cycle`)
      }
      const full = saturation.find((one) => one.topology === topology && one.traffic === traffic && one.flits === flits)!
      curves.push({
        points: compared,
        saturation: { measured: full, model: booksimModelled({ ...full, offered: 1 }, seed, 30_000).accepted }
      })
    }
    const lone = booksimRuns().lone.map((one) => ({ measured: one, model: loneCycles(one) }))
    return {
      tables: [
        {
          title:
            'curves: how far the mean packet latency of the model is from that of BookSim2, and what comes in when every node offers a flit a cycle',
          columns: curveColumns,
          rows: curves.map(({ points, saturation: { measured, model } }) => [
            measured.topology,
            measured.traffic,
            measured.flits,
            points.length,
            Math.max(...points.map(({ point }) => point.offered)),
            points[0].point.packetLatency,
            points[0].model.packetLatency,
            Math.max(...points.map(({ deviation }) => Math.abs(deviation))),
            measured.accepted,
            model,
            (model / measured.accepted - 1) * 100
          ])
        },
        {
          title: 'points more than 3 % off, and the middle 95 % of runs as long as BookSim2 made, by the spread of eight of the model',
          columns: pointColumns,
          rows: curves.flatMap(({ points }) =>
            points.flatMap(({ point, model, deviation, interval }) =>
              interval === undefined
                ? []
                : [
                    [
                      point.topology,
                      point.traffic,
                      point.flits,
                      point.offered,
                      point.packetLatency,
                      model.packetLatency,
                      deviation,
                      ...interval,
                      point.networkLatency,
                      model.networkLatency
                    ]
                  ]
            )
          )
        },
        {
          title: 'packets that are alone, by routers that differ from the base',
          columns: loneColumns,
          rows: lone.map(({ measured, model }) => [
            Object.entries(measured.router)
              .map(([name, value]) => `${name} ${value}`)
              .join(', ') || 'base',
            measured.links,
            measured.flits,
            measured.fastest,
            model
          ])
        }
      ],
      verdicts: booksimVerdicts(curves, lone),
      notes: [
        'The base router: 8 flits a virtual channel, one cycle each for route, channel, switch and traversal, iSLIP of one iteration; 2 channels on the torus, 1 on the mesh. Nothing is fitted.',
        'BookSim2 with a switch traversal of two cycles starts flits in pairs, and so loses a cycle on packets of two flits or more; the model does not, and takes 27 cycles where it takes 28.',
        'Single runs scatter near saturation: BookSim2 repeated with five seeds by up to 8 %. A point is within the interval when a run of the model, as long as that of BookSim2, would be so far off by chance.'
      ]
    }
  }
}

/** One curve compared: its points far enough from saturation, and what comes in at full load. */
export type BooksimCurve = {
  readonly points: readonly BooksimCompared[]
  readonly saturation: { readonly measured: BooksimSaturation; readonly model: number }
}

/** A point beside the model: deviation of the packet latency in per cent; for one more than 3 % off, the interval in which 95 % of the model's runs fall. */
export type BooksimCompared = {
  readonly point: BooksimPoint
  readonly model: LoadPoint
  readonly deviation: number
  readonly interval: readonly [number, number] | undefined
}

/** The steady points of each curve in order of their load; those measured with several seeds as their mean. */
export const booksimCurves = (): readonly (readonly BooksimPoint[])[] => {
  const curves = new Map<string, Map<number, BooksimPoint[]>>()
  for (const point of booksimRuns().points) {
    if (!point.steady) continue
    const name = `${point.topology} ${point.traffic} ${point.flits}`
    const curve = curves.get(name) ?? new Map<number, BooksimPoint[]>()
    curves.set(name, curve.set(point.offered, [...(curve.get(point.offered) ?? []), point]))
  }
  return [...curves.values()].map((curve) => [...curve.values()].map(meanOf).sort((one, other) => one.offered - other.offered))
}

/** The model at a load, measured over so many cycles after a fifth of them. */
export const booksimModelled = (
  { topology, traffic, flits, offered }: Pick<BooksimPoint, 'topology' | 'traffic' | 'flits' | 'offered'>,
  seed: Seed,
  cycles: number
): LoadPoint => {
  const wiring = topology === 'torus4x4' ? torus([4, 4]) : mesh([4, 4])
  const root = split(key(seed), `${topology} ${traffic} ${flits} ${offered}`)
  return loadPoint(
    wiring,
    flitNoc(wiring, dimensionOrder(wiring, wiring.wraps ? 2 : 1), flitRouter(), split(root, 'chances')),
    {
      pattern: traffic === 'uniform' ? uniformTraffic(wiring, split(root, 'destinations')) : neighborTraffic(wiring),
      flits,
      offered,
      key: split(root, 'arrivals')
    },
    { warmup: Math.ceil(cycles / 5), cycles }
  )
}

/** A point beside the model: over as many packets as BookSim2 took, at most 100,000 cycles; again with eight seeds where that is more than 3 % off. */
export const booksimCompared = (point: BooksimPoint, seed: Seed): BooksimCompared => {
  const cycles = Math.min(100_000, Math.ceil((point.packets * point.flits) / point.offered / 16))
  const model = booksimModelled(point, seed, cycles)
  const deviation = off(model.packetLatency, point.packetLatency)
  if (Math.abs(deviation) <= 3) return { point, model, deviation, interval: undefined }
  const repeats = Array.from({ length: 8 }, (_, i) => booksimModelled(point, `${seed} ${i}`, cycles).packetLatency)
  const mean = repeats.reduce((sum, one) => sum + one, 0) / repeats.length
  const spread = Math.sqrt(repeats.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (repeats.length - 1))
  const half = studentAt7 * spread * Math.sqrt(1 + 1 / repeats.length)
  return {
    point,
    model: { ...model, packetLatency: mean },
    deviation: off(mean, point.packetLatency),
    interval: [mean - half, mean + half]
  }
}

/** What is aimed at over curves and lone packets. */
export const booksimVerdicts = (
  curves: readonly BooksimCurve[],
  lone: readonly { readonly measured: BooksimLone; readonly model: number }[]
): readonly Verdict[] => {
  const points = curves.flatMap((curve) => curve.points)
  const within = points.filter(({ deviation }) => Math.abs(deviation) <= 3)
  const byChance = points.filter(
    ({ point, deviation, interval }) =>
      Math.abs(deviation) > 3 && interval !== undefined && point.packetLatency >= interval[0] && point.packetLatency <= interval[1]
  )
  const full = curves.map(({ saturation: { measured, model } }) => Math.abs(off(model, measured.accepted)))
  const exact = lone.filter(({ measured, model }) => measured.fastest === model)
  const others = lone.filter(({ measured, model }) => measured.fastest !== model)
  return [
    {
      text: `mean packet latency within 3 % or the 95 % interval (${within.length} and ${byChance.length} of ${points.length} points)`,
      holds: within.length + byChance.length === points.length
    },
    { text: `throughput at saturation within 3 % (at most ${formatNumber(Math.max(...full), 1)} %)`, holds: Math.max(...full) <= 3 },
    {
      text: `a lone packet takes what BookSim2 takes, to the cycle (${exact.length} of ${lone.length}${others.length > 0 ? `; not ${others.map(({ measured }) => JSON.stringify(measured.router)).join(', ')}` : ''})`,
      holds: others.every(({ measured }) => (measured.router.traversalDelay ?? 1) > 1)
    }
  ]
}

/** Cycles of a packet that is alone on a line of routers. */
export const loneCycles = ({ router, links, flits }: BooksimLone): number => {
  const line = mesh([links + 1])
  const noc = flitNoc(line, dimensionOrder(line, 1), flitRouter(router), key(1))
  noc.offer(0, 0, links, flits, 0)
  noc.run(1_000_000)
  let cycles = 0
  noc.take(({ cycle }) => {
    cycles = cycle
  })
  return cycles
}

const meanOf = (points: readonly BooksimPoint[]): BooksimPoint => {
  const mean = (of: (point: BooksimPoint) => number): number => points.reduce((sum, point) => sum + of(point), 0) / points.length
  return {
    ...points[0],
    packetLatency: mean((point) => point.packetLatency),
    networkLatency: mean((point) => point.networkLatency),
    hops: mean((point) => point.hops),
    accepted: mean((point) => point.accepted)
  }
}

const off = (model: number, measured: number): number => (model / measured - 1) * 100

/** The 97.5 % point of Student's t with seven degrees of freedom. */
const studentAt7 = 2.365

const load = 'flits/node/cycle'

const curve: readonly ReproducedColumn[] = [{ name: 'network' }, { name: 'traffic' }, { name: 'packet', unit: 'flits' }]

const inCycles = (name: string): ReproducedColumn => ({ name, unit: 'cycles' })

const curveColumns: readonly ReproducedColumn[] = [
  ...curve,
  { name: 'points', decimals: 0 },
  { name: 'up to', unit: load },
  inCycles('unloaded, BookSim2'),
  inCycles('model'),
  { name: 'largest deviation', unit: '%' },
  { name: 'at saturation, BookSim2', unit: load },
  { name: 'model', unit: load },
  { name: 'deviation', unit: '%' }
]

const pointColumns: readonly ReproducedColumn[] = [
  ...curve,
  { name: 'offered', unit: load },
  inCycles('packet latency, BookSim2'),
  inCycles('model'),
  { name: 'deviation', unit: '%' },
  inCycles('from'),
  inCycles('to'),
  inCycles('network latency, BookSim2'),
  inCycles('model')
]

const loneColumns: readonly ReproducedColumn[] = [
  { name: 'router' },
  { name: 'links', decimals: 0 },
  { name: 'packet', unit: 'flits' },
  inCycles('BookSim2'),
  inCycles('model')
]
