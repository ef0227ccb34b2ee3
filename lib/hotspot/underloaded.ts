import type { FleetDecider, FleetManager, FleetView, StartMigration } from '../protocol/fleet'
import { type BesideOptions, beside, besideRules, migrationOf, withLook } from './besideManager'
import { emptied } from './emptied'
import { checkedThresholds } from './fits'
import type { FleetLook } from './fleetLook'
import type { MitigationOptions } from './mitigation'
import type { Amounts } from './placement'
import type { SandpiperRules } from './sandpiperOptions'
import { sustainedBelow, type UnderloadRule } from './underloadRule'

/**
 * How hosts are emptied beside a manager: when one is `underloaded` (default `sustainedBelow()`), and how far others are filled for it: `thresholds`, by default 0.6 of CPU and network, so that there is room up to the threshold of a hotspot (our choice).
 */
export type UnderloadedOptions = BesideOptions & Pick<MitigationOptions, 'thresholds'> & { readonly rule?: UnderloadRule }

/**
 * A manager that also empties hosts with little to do (`emptied`), so that they can go off: what the other decides comes first. Nothing is emptied at a look at which the other tells a hotspot; a host is left alone while VMs come or go, and for as many looks after that as the rule wants to see.
 *
 *     fleetDay({ ...day, manager: underloaded(sandpiper(), { rule: sustainedBelow(0.2) }) })
 *
 * Pure. Cost: O(hosts x looks + VMs) a look, and O(VMs x window) where a host is underloaded. Throws `RangeError` naming the option.
 */
export const underloaded = (manager: FleetManager, options: UnderloadedOptions = {}): FleetManager => {
  const rules = besideRules(options)
  const thresholds = checkedThresholds('underloaded', { cpu: 0.6, network: 0.6, ...options.thresholds })
  const how: How = { rules, thresholds, rule: options.rule ?? sustainedBelow() }
  return {
    name: `${manager.name}, emptying hosts`,
    begin: (hosts, vms) => looking(how, manager.begin(hosts, vms), { looks: [], used: hosts.map(() => []) })
  }
}

type How = { readonly rules: SandpiperRules; readonly thresholds: Amounts; readonly rule: UnderloadRule }

/** The last looks, and what each host used at them since VMs last came or went. */
type Seen = { readonly looks: readonly FleetLook[]; readonly used: readonly (readonly Amounts[])[] }

const looking =
  (how: How, decide: FleetDecider, before: Seen): FleetDecider =>
  (view) => {
    const [ordered, next, found = [], notes] = decide(view)
    const { rules, thresholds, rule } = how
    const looks = withLook(before.looks, view, rules)
    const now = looks[looks.length - 1]
    const all = beside(view, looks, rules, ordered)
    const used = before.used.map((past, host) => (all.isBusy(host) ? [] : [...past.slice(-rule.looks + 1), usedAt(view, now, host)]))
    const isHot = found.some(({ isPast }) => isPast !== true)
    const hosts = isHot
      ? []
      : [...used.keys()].filter((host) => view.on[host].length > 0 && !all.isBusy(host) && rule.isUnderloaded(used[host]))
    const begun: StartMigration[] = []
    if (hosts.length > 0)
      for (const decision of emptied(all.placement, hosts, { thresholds, isBarred: all.isBarred, excluded: all.isBusy })) {
        if (decision.type === 'unresolved') continue
        const why = `${rule.name}: ${decision.why}`
        for (const move of decision.moves) begun.push(migrationOf(all, move, why))
      }
    const left = new Set(begun.flatMap(({ vm, to }) => [view.host[vm], to]))
    return [
      [...ordered, ...begun],
      looking(how, next, { looks, used: used.map((past, host) => (left.has(host) ? [] : past)) }),
      found,
      notes
    ]
  }

const usedAt = ({ on, hosts, memory }: FleetView, { cpu, network }: FleetLook, host: number): Amounts => ({
  cpu: cpu[host],
  network: network[host],
  memory: on[host].reduce((sum, vm) => sum + memory[vm], 0) / hosts[host].memoryBytes
})
