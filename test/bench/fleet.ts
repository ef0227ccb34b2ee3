import { specPower, wattsAt } from '../../lib/guest/serverPower'
import { utilisationDay } from '../../lib/guest/utilisationDay'
import { sandpiper } from '../../lib/hotspot/sandpiper'
import type { FleetDecider, FleetManager } from '../../lib/protocol/fleet'
import { key } from '../../lib/random/random'
import { fleetDay } from '../../lib/world/fleetDay'
import type { FleetDayOptions } from '../../lib/world/fleetOptions'
import type { FleetRow } from '../../lib/world/fleetRow'
import { cloudsimDay } from '../../pipelines/managers/cloudsimDay'
import { best, cpuNs } from './cpu'
import { hashOfCounts, rounded } from './figures'
import type { BenchResult } from './timeline'

/** VM samples that CloudSim 4.0's released jar gets through in a second of processor time (PlanetLab's 3 March 2011, THR-MMT 0.8, 800 hosts), as it was measured for this project, in another run than this. */
const cloudsim = 14_000

/**
 * A day of 1,052 VMs made up (288 looks): under CloudSim's THR-MMT on 800 hosts, under Sandpiper on 100, and of 10,000 VMs under Sandpiper on 1,000: VM samples per second of processor time. Aim: 50 times CloudSim's. Beside them the plainest loop over
 * typed arrays that keeps the same accounts of a fleet in which nobody moves: what each VM wants between samples, added up by host, each host's watts by its table, work wanted and given, time overloaded; a fleet's day without a manager must come to the same.
 */
export const benchFleet = ({ smoke }: { readonly smoke: boolean }): BenchResult => {
  const utilisations = utilisationDay({ key: key(1), vms: smoke ? 60 : 1052, samples: smoke ? 24 : 288 })
  const consolidated = cloudsimDay(utilisations, smoke ? 80 : 800)
  const mitigated = packed(utilisations, smoke ? 6 : 100)
  const still = { ...mitigated, manager: nobody }
  const plain = plainLoop(still)
  const isSame = accounts(rowsOf(still)).every((sum, i) => Math.abs(sum - plain[i]) <= 1e-9 * sum)
  if (!isSame) throw new Error('benchFleet: a fleet in which nobody moves must come to what the plain loop comes to')
  const firstNs = cpuNs(() => rowsOf(consolidated))
  const [consolidatedNs, mitigatedNs, stillNs, plainNs] = best(smoke ? 1 : 5, [
    () => rowsOf(consolidated),
    () => rowsOf(mitigated),
    () => rowsOf(still),
    () => plainLoop(still)
  ])
  const many = packed(utilisationDay({ key: key(2), vms: smoke ? 100 : 10_000, samples: smoke ? 24 : 288 }), smoke ? 10 : 1000)
  const [manyNs] = best(1, [() => rowsOf(many)])
  const figures: Record<string, number> = {}
  const told = (name: string, { vms }: FleetDayOptions, ns: number): void => {
    const samples = vms.length * utilisations[0].length
    figures[`${name}: thousand VM samples a second`] = Math.round((samples / ns) * 1e6)
    figures[`${name}: times CloudSim's ${cloudsim} (aim 50)`] = rounded(((samples / ns) * 1e9) / cloudsim)
  }
  told('THR-MMT on 800 hosts', consolidated, consolidatedNs)
  told('THR-MMT on 800 hosts, the first time', consolidated, firstNs)
  told('Sandpiper on 100 hosts', mitigated, mitigatedNs)
  told('Sandpiper, 10,000 VMs on 1,000 hosts', many, manyNs)
  figures['THR-MMT: times the plain loop'] = rounded(consolidatedNs / plainNs)
  figures['Sandpiper: times the plain loop'] = rounded(mitigatedNs / plainNs)
  figures['nobody: times the plain loop'] = rounded(stillNs / plainNs)
  const days = [consolidated, mitigated, many].map(rowsOf)
  const [ofThr, ofSandpiper] = days.map((rows) => rows.reduce((sum, { moves }) => sum + moves.length, 0))
  figures['THR-MMT: migrations'] = ofThr
  figures['Sandpiper: migrations'] = ofSandpiper
  const counts = days.flatMap((rows) => rows.flatMap(({ moves, shutdowns, joules }) => [moves.length, shutdowns, Math.round(joules)]))
  return { name: 'fleet', figures, hash: hashOfCounts(counts) }
}

const idle: FleetDecider = () => [[], idle]
const nobody: FleetManager = { name: 'nobody', begin: () => idle }

const rowsOf = (day: FleetDayOptions): readonly FleetRow[] => {
  const rows: FleetRow[] = []
  fleetDay(day).subscribe((row) => rows.push(row))
  return rows
}

/** VMs of 2,000 MIPS and 1 GiB, by turns on hosts of two cores of 2,660 MIPS and 32 GiB, under Sandpiper; they move at half of 1 Gbit/s. */
const packed = (utilisations: readonly Float64Array[], hostCount: number): FleetDayOptions => ({
  hosts: Array.from({ length: hostCount }, (_, i) => ({
    name: `host${i}`,
    cores: 2,
    mipsPerCore: 2660,
    memoryBytes: 32 * 2 ** 30,
    power: specPower.hpMl110G5
  })),
  vms: utilisations.map((_, i) => ({ name: `vm${i}`, mips: 2000, memoryBytes: 2 ** 30 })),
  utilisations,
  placement: utilisations.map((_, i) => i % hostCount),
  manager: sandpiper(),
  moveCost: ({ memoryBytes }) => ({ ns: (memoryBytes / 62.5e6) * 1e9, downtimeNs: 0, bytes: memoryBytes }),
  afterNs: 1e8
})

/** Joules, work wanted and given, time overloaded. */
type Accounts = readonly [joules: number, wanted: number, given: number, overloadedNs: number]

const accounts = (rows: readonly FleetRow[]): Accounts =>
  rows.reduce<Accounts>(
    ([joules, wanted, given, overloadedNs], row) => [
      joules + row.joules,
      wanted + row.wanted,
      given + row.given,
      overloadedNs + row.overloadedNs
    ],
    [0, 0, 0, 0]
  )

/** Of a fleet in which every host has VMs, and keeps them. */
const plainLoop = ({ hosts, vms, utilisations, placement, everyNs = 300e9, afterNs = 0 }: FleetDayOptions): Accounts => {
  const mips = Float64Array.from(vms, (vm) => vm.mips)
  const at = Int32Array.from(placement)
  const core = Float64Array.from(hosts, ({ mipsPerCore }) => mipsPerCore)
  const capacity = Float64Array.from(hosts, ({ cores, mipsPerCore }) => cores * mipsPerCore)
  const asked = new Float64Array(hosts.length)
  const work = new Float64Array(hosts.length)
  const [wasAsked, wasWork] = [new Float64Array(hosts.length), new Float64Array(hosts.length)]
  const looks = utilisations[0].length
  let [joules, wanted, given, overloadedNs] = [0, 0, 0, 0]
  for (let look = 0; look < looks; look++) {
    const part = look === 0 ? 0 : afterNs / everyNs
    const ns = look === 1 ? everyNs + afterNs : everyNs
    const seconds = ns / 1e9
    asked.fill(0)
    work.fill(0)
    for (let vm = 0; vm < mips.length; vm++) {
      const series = utilisations[vm]
      const here = series[look]
      const wants = mips[vm] * (look + 1 < looks ? here + (series[look + 1] - here) * part : here)
      asked[at[vm]] += wants
      work[at[vm]] += Math.min(wants, core[at[vm]])
    }
    for (let host = 0; host < hosts.length; host++) {
      const [before, after, full] = [wasWork[host], work[host], capacity[host]]
      if (look > 0) {
        const { power } = hosts[host]
        joules += ((wattsAt(power, before / full) + wattsAt(power, after / full)) / 2) * seconds
        wanted += ((wasAsked[host] + asked[host]) / 2) * seconds
        given += ((Math.min(before, full) + Math.min(after, full)) / 2) * seconds
        const [from, to] = [Math.max(0, before - full), Math.max(0, after - full)]
        if (from > 0 || to > 0) overloadedNs += Math.round((ns * (from + to)) / (from > 0 && to > 0 ? from + to : Math.abs(after - before)))
      }
      wasAsked[host] = asked[host]
      wasWork[host] = after
    }
  }
  return [joules, wanted, given, overloadedNs]
}
