import type { FleetDecider, FleetManager, FleetView, StartMigration } from '../protocol/fleet'
import { predictedAtLeast } from './autoregression'
import { checkedHotspots, type HotspotOptions } from './hotspotOptions'
import { type Decision, type MitigationOptions, mitigation } from './mitigation'
import { peakNeed } from './peakNeed'
import type { Move, Placement } from './placement'
import { profile } from './profile'

/**
 * How Sandpiper manages a fleet: when a host is a hotspot (`HotspotOptions`; of the window only `window` looks are kept, default 12), how much CPU a VM needs (percentile `part` of what it wanted, default 0.95), and how hotspots are
 * mitigated. A fleet's looks are five minutes apart where Sandpiper's are ten seconds: two of three above 75 % are ours.
 */
export type SandpiperOptions = HotspotOptions & Omit<MitigationOptions, 'isBarred' | 'excluded'> & { readonly part?: number }

/** See `SandpiperOptions`. */
export const sandpiperOfFleet = { k: 2, n: 3, window: 12, part: 0.95 } as const

/**
 * Sandpiper (Wood et al., NSDI 2007) as a manager of a fleet, black box: hotspots of hosts' CPUs are found by k of n and a prediction, VMs' needs by their profiles, and hotspots mitigated by moves and swaps (`mitigation`), each with its reason in words. The steps of a
 * swap are taken one after the other, one a look. A VM that has moved stays for n looks. Pure. Cost: O(hosts x window) a look, besides the mitigation. Throws `RangeError` naming the option.
 *
 *     fleetDay({ ...day, manager: sandpiper({ threshold: 0.7 }) })
 */
export const sandpiper = (options: SandpiperOptions = {}): FleetManager => {
  const { part = sandpiperOfFleet.part, ...rest } = options
  const rules = { ...checkedHotspots({ ...sandpiperOfFleet, ...rest }), part, thresholds: rest.thresholds, swapUpTo: rest.swapUpTo }
  return {
    name: 'Sandpiper',
    begin: (hosts, vms) => looking(rules, { used: hosts.map(() => []), wanted: vms.map(() => []), moved: new Map(), steps: [], look: 0 })
  }
}

type Rules = Required<HotspotOptions> & Pick<MitigationOptions, 'thresholds' | 'swapUpTo'> & { readonly part: number }

/** What hosts gave and VMs wanted at the last looks, oldest first; when a VM moved; the moves of swaps that wait for their turn. */
type Seen = {
  readonly used: readonly (readonly number[])[]
  readonly wanted: readonly (readonly number[])[]
  readonly moved: ReadonlyMap<number, number>
  readonly steps: readonly StartMigration[]
  readonly look: number
}

const looking =
  (rules: Rules, before: Seen): FleetDecider =>
  (view) => {
    const keep = (past: readonly number[], now: number): readonly number[] => [...past.slice(-rules.window + 1), now]
    const used = before.used.map((past, host) => keep(past, view.given[host] / capacityOf(view, host)))
    const wanted = before.wanted.map((past, vm) => (view.host[vm] < 0 ? past : keep(past, view.demand[vm])))
    const look = before.look + 1
    const settled = new Map([...before.moved].filter(([, at]) => look - at <= rules.n))
    const [steps, due] = takeSteps(before.steps, view)
    const hot = used.map((past, host) => hotspotOf(rules, past, host, view)).filter((one) => one !== undefined)
    const decided = steps.length > 0 || due.length > 0 ? [] : mitigated(rules, view, wanted, settled, hot)
    const begun = [...due, ...decided.flatMap(({ moves }) => moves.slice(0, 1))]
    for (const { vm } of begun) settled.set(vm, look)
    return [
      begun,
      looking(rules, { used, wanted, moved: settled, steps: [...steps, ...decided.flatMap(({ moves }) => moves.slice(1))], look })
    ]
  }

/** The first step that waits, when the VM before it has arrived and it is still where it was. */
const takeSteps = (
  steps: readonly StartMigration[],
  { moving, host }: FleetView
): readonly [left: readonly StartMigration[], due: readonly StartMigration[]] => {
  if (steps.length === 0 || moving.some((one) => one === 1)) return [steps, []]
  const [next, ...left] = steps
  return [left, host[next.vm] >= 0 && host[next.vm] !== next.to ? [next] : []]
}

type Hotspot = { readonly host: number; readonly above: number; readonly predicted: number }

const hotspotOf = (
  { threshold, k, n, range, forecast }: Rules,
  past: readonly number[],
  host: number,
  { on }: FleetView
): Hotspot | undefined => {
  const above = past.slice(-n).filter((one) => one > threshold).length
  if (above < k || on[host].length === 0) return undefined
  const predicted = predictedAtLeast(past, range)
  return forecast && !(predicted > threshold) ? undefined : { host, above, predicted }
}

const mitigated = (
  rules: Rules,
  view: FleetView,
  wanted: Seen['wanted'],
  settled: ReadonlyMap<number, number>,
  hot: readonly Hotspot[]
): readonly { readonly moves: readonly StartMigration[] }[] => {
  if (hot.length === 0) return []
  const { vms, hosts, moving } = view
  const running = vms.map((_, vm) => vm).filter((vm) => view.host[vm] >= 0)
  const whereOf = new Map(
    view.on.flatMap((there, host) => there.map((vm) => [vm, host] as const).filter(([vm]) => view.arriving[host].has(vm)))
  )
  const placement: Placement = {
    hosts: hosts.map(({ name, cores, mipsPerCore, memoryBytes }) => ({
      name,
      capacity: { cpu: cores * mipsPerCore, network: 1, memory: memoryBytes }
    })),
    vms: running.map((vm) => ({
      name: vms[vm].name,
      needs: { cpu: peakNeed(profile(wanted[vm]), { part: rules.part }), network: 0, memory: vms[vm].memoryBytes },
      sizeBytes: vms[vm].memoryBytes
    })),
    at: running.map((vm) => whereOf.get(vm) ?? view.host[vm])
  }
  const decisions = mitigation(
    placement,
    hot.map(({ host }) => host),
    {
      thresholds: { cpu: rules.threshold, ...rules.thresholds },
      swapUpTo: rules.swapUpTo,
      isBarred: (i) => moving[running[i]] === 1 || settled.has(running[i])
    }
  )
  return decisions.flatMap((decision) => {
    if (decision.type === 'unresolved') return []
    const spot = hot.find(({ host }) => host === decision.host)!
    const why = reason(rules, view, spot, decision)
    return [{ moves: decision.moves.map(({ vm, to }): StartMigration => ({ type: 'startMigration', vm: running[vm], to, why })) }]
  })
}

const reason = (
  { n, threshold }: Rules,
  { hosts }: FleetView,
  { host, above, predicted }: Hotspot,
  decision: Exclude<Decision, { readonly type: 'unresolved' }>
): string => {
  const [first]: readonly Move[] = decision.moves
  const whom =
    decision.type === 'move'
      ? `of its VMs the highest volume-to-size ratio that fits anywhere, ${decision.vsr.toPrecision(3)} per MiB, goes to ${hosts[first.to].name}, of the lowest volume that has room`
      : `no move helps; a swap lowers its volume`
  return `${hosts[host].name} was above ${threshold * 100} % at ${above} of the last ${n} looks and is expected at ${Math.round(predicted * 100)} %; ${whom}: its volume ${decision.volumes[0].toPrecision(4)} -> ${decision.volumes[1].toPrecision(4)}`
}

const capacityOf = ({ hosts }: FleetView, host: number): number => hosts[host].cores * hosts[host].mipsPerCore
