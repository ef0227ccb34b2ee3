import { lastValueFrom, scan } from 'rxjs'
import { utilisationDay } from '../../lib/guest/utilisationDay'
import { link } from '../../lib/network/link'
import { key } from '../../lib/random/random'
import { fleetDay } from '../../lib/world/fleetDay'
import type { FleetDayOptions } from '../../lib/world/fleetOptions'
import type { FleetRow } from '../../lib/world/fleetRow'
import { cloudsimDay } from '../managers/cloudsimDay'
import { moveJoules } from '../managers/moveJoules'
import { simulatedMove } from '../managers/simulatedMove'
import { precopy } from '../precopy'
import type { Reproduced, Reproduction } from './reproduction'

/** What CloudSim 4.0 printed for PlanetLab's 3 March 2011 with 800 hosts and THR-MMT 0.8: our run of its released jar. */
const published = { kWh: 198.08, migrations: 27_728, shutdowns: 6109 }

/** What a day came to. */
type Totals = {
  readonly kWh: number
  readonly migrations: number
  readonly again: number
  readonly shutdowns: number
  readonly refused: number
  readonly moves: Moves
}

/** What its moves came to: hours under way, bytes, seconds of VMs that stood still and of their work that was lost, energy. */
type Moves = { readonly hours: number; readonly bytes: number; readonly downS: number; readonly lostS: number; readonly kWh: number }

/** CloudSim's consolidation of a day of PlanetLab VMs, by policies of ours on CloudSim's set-up. */
export const cloudsim: Reproduction = {
  name: 'cloudsim',
  sentence: 'a day of 1,052 PlanetLab VMs on 800 hosts under CloudSim 4.0’s THR-MMT 0.8: energy, migrations, shutdowns of hosts',
  source: 'CloudSim 4.0, examples.power.planetlab.ThrMmt on planetlab/20110303',
  run: async ({ seed, progress, recorded }): Promise<Reproduced> => {
    const utilisations = recorded?.series ?? utilisationDay({ key: key(seed), vms: 1052 })
    await progress(`${utilisations.length} VMs, ${utilisations[0].length} samples`)
    const day = cloudsimDay(utilisations)
    const as = await totalsOf(day)
    const variants: readonly (readonly [string, Totals])[] = [
      ['as CloudSim', as],
      ['VMs that want nothing for a while stay', await totalsOf({ ...day, endsIdle: false })],
      ['memory counts', await totalsOf({ ...day, memoryCounts: true })],
      ['moves run by pre-copy', await totalsOf(moved(day))]
    ]
    const isThatDay = recorded !== undefined && isDay(utilisations)
    return {
      tables: [
        {
          title: `${recorded?.path ?? 'a day made up, with statistics like those of that day'}: ${utilisations.length} VMs`,
          columns: [
            { name: '' },
            { name: 'energy', unit: 'kWh', decimals: 2 },
            { name: 'migrations', decimals: 0 },
            { name: 'of them second ones of a VM at a look', decimals: 0 },
            { name: 'shutdowns', decimals: 0 }
          ],
          rows: [
            ...(isThatDay ? [['CloudSim 4.0, 3 March 2011', published.kWh, published.migrations, undefined, published.shutdowns]] : []),
            ...variants.map(([name, { kWh, migrations, again, shutdowns }]) => [name, kWh, migrations, again, shutdowns])
          ]
        },
        {
          title: 'its migrations',
          columns: [
            { name: '' },
            { name: 'under way', unit: 'h', decimals: 1 },
            { name: 'bytes', unit: 'TB', decimals: 2 },
            { name: 'VMs standing still', unit: 's', decimals: 0 },
            { name: 'work lost', unit: 's', decimals: 0 },
            { name: 'energy of the moves', unit: 'kWh', decimals: 2 }
          ],
          rows: variants
            .filter(([, { moves }], i) => i === 0 || moves.downS > 0)
            .map(([name, { moves }]) => [name, moves.hours, moves.bytes / 1e12, moves.downS, moves.lostS, moves.kWh])
        }
      ],
      verdicts: isThatDay
        ? [
            within('energy', as.kWh, published.kWh, 5, 'kWh'),
            within('migrations', as.migrations, published.migrations, 15),
            within('shutdowns', as.shutdowns, published.shutdowns, 15)
          ]
        : [],
      notes: [
        'Figures of CloudSim are for the day 20110303 of PlanetLab: get it from github.com/beloglazov/planetlab-workload-traces and give its folder (or a CSV file, a line for each VM: name, then percents) with --trace. Other days are printed without verdicts.',
        'CloudSim ends a VM for good that wants nothing when it is looked at, which two samples of 0 in a row make it do: on that day 532 of 1,052 VMs. Let them stay and the day takes about a third more energy (second row).',
        'It reserves memory only when VMs are placed at the beginning, because its cloudlets ask for none afterwards; where memory counts, hosts hold three or four of these VMs and little can be switched off (third row).',
        'One in eight of its migrations is a second move of a VM at the same look: its new host is found to be underloaded before the VM has arrived, and is emptied.',
        'CloudSim takes memory / 62.5 MB/s for a move, lets the VM stand still for no time, and takes a tenth of its CPU away meanwhile. Last row: each move is a pre-copy over a link of that rate, of a VM that writes in proportion to its use of CPU; its time, bytes and losses come out of the run.',
        'The energy of the moves themselves is 0.512 J a MiB and 20.165 J each (Liu et al., HPDC 2011; recalled, unverified); CloudSim reports none, and it is not in the energy of the hosts.'
      ]
    }
  }
}

/** The day with moves that are run, one by one. The VM loses what its run says, instead of a tenth. */
const moved = (day: FleetDayOptions): FleetDayOptions => {
  const move = simulatedMove({ pipeline: precopy(), link: link({ bytesPerSecond: 62.5 * 2 ** 20 }) })
  return { ...day, movingShare: 1, moveCost: (vm, load) => move(vm, { ...load, parallel: 1 }) }
}

/** What moves of one look came to; where nothing is said of what they lose, it is what VMs do not get while they move. */
const movesOf = (row: FleetRow, { movingShare = 1 }: FleetDayOptions): Moves =>
  row.moves.reduce(
    ({ hours, bytes, downS, lostS, kWh }, { ns, bytes: sent, downtimeNs, lostNs = downtimeNs, joules = moveJoules(sent) }) => ({
      hours: hours + ns / 3.6e12,
      bytes: bytes + sent,
      downS: downS + downtimeNs / 1e9,
      lostS: lostS + (lostNs + (1 - movingShare) * ns) / 1e9,
      kWh: kWh + joules / 3.6e6
    }),
    { hours: 0, bytes: 0, downS: 0, lostS: 0, kWh: 0 }
  )

const added = (one: Moves, other: Moves): Moves => ({
  hours: one.hours + other.hours,
  bytes: one.bytes + other.bytes,
  downS: one.downS + other.downS,
  lostS: one.lostS + other.lostS,
  kWh: one.kWh + other.kWh
})

const totalsOf = (options: FleetDayOptions): Promise<Totals> =>
  lastValueFrom(
    fleetDay(options).pipe(
      scan<FleetRow, Totals>(
        ({ kWh, migrations, again, shutdowns, refused, moves }, row) => ({
          kWh: kWh + row.joules / 3.6e6,
          migrations: migrations + row.moves.length,
          again: again + row.moves.length - new Set(row.moves.map(({ vm }) => vm)).size,
          shutdowns: shutdowns + row.shutdowns,
          refused: refused + row.refused.length,
          moves: added(moves, movesOf(row, options))
        }),
        { kWh: 0, migrations: 0, again: 0, shutdowns: 0, refused: 0, moves: { hours: 0, bytes: 0, downS: 0, lostS: 0, kWh: 0 } }
      )
    )
  )

const within = (what: string, model: number, measured: number, percent: number, unit = ''): Reproduced['verdicts'][number] => {
  const off = (model / measured - 1) * 100
  return {
    text: `${what} within ${percent} %: ${model.toFixed(unit === '' ? 0 : 2)}${unit === '' ? '' : ` ${unit}`} for ${measured}, ${off >= 0 ? '+' : '−'}${Math.abs(off).toFixed(1)} %`,
    holds: Math.abs(off) <= percent
  }
}

/** Whether this is PlanetLab's 3 March 2011, by its size and the sum of its percents. */
const isDay = (series: readonly Float64Array[]): boolean =>
  series.length === 1052 &&
  series[0].length === 288 &&
  Math.round(series.reduce((sum, one) => sum + one.reduce((all, part) => all + part, 0), 0) * 100) === 3_730_979
