import type { FleetCommand, FleetDecider, FleetManager, FleetView, StartMigration } from '../protocol/fleet'
import type { Time } from '../time/time'
import { type BesideOptions, beside, besideRules, migrationOf, withLook } from './besideManager'
import { type DrainingOptions, drained } from './drained'
import { checkedThresholds } from './fits'
import type { FleetLook } from './fleetLook'
import type { SandpiperRules } from './sandpiperOptions'

/** Which hosts are drained, by their names, and from when on; the rest as in `drained`. */
export type DrainingManagerOptions = BesideOptions &
  Pick<DrainingOptions, 'thresholds' | 'parallel' | 'order'> & { readonly hosts: readonly string[]; readonly at: Time }

/**
 * A manager that from some time on also empties hosts for maintenance (`drained`). What the other decides comes first, but for moves to such a host, and moves of VMs that run on one: these are left out. VMs that come to it when its time comes arrive, and leave again. At most `parallel` VMs of a host are on
 * their way at once. It goes on as long as there are VMs that fit elsewhere: those that fit nowhere now are tried again at each look,
 * and named in its notes when it turns out so.
 *
 *     fleetDay({ ...day, manager: draining(sandpiper(), { hosts: ['host0'], at: 3600e9, parallel: 2 }) })
 *
 * Pure. Cost: O(hosts + VMs x window) a look. Throws `RangeError` naming the option; from `begin` when there is no such host.
 */
export const draining = (manager: FleetManager, options: DrainingManagerOptions): FleetManager => {
  const { hosts: names, at, parallel = 1 } = options
  const how = { ...options, parallel, rules: besideRules(options), thresholds: checkedThresholds('draining', options.thresholds) }
  if (!(parallel >= 1)) throw new RangeError(`draining: parallel must be from 1 on (got ${parallel})`)
  if (!(at >= 0)) throw new RangeError(`draining: at must be from 0 on (got ${at})`)
  return {
    name: `${manager.name}, draining ${names.join(', ')}`,
    begin: (hosts, vms) => {
      const closed = names.map((name) => hosts.findIndex((host) => host.name === name))
      const missing = closed.indexOf(-1)
      if (missing >= 0) throw new RangeError(`draining: hosts must be of the fleet (got ${names[missing]})`)
      return looking({ ...how, closed: new Set(closed) }, manager.begin(hosts, vms), [], new Map())
    }
  }
}

type How = Pick<DrainingManagerOptions, 'at' | 'order'> &
  Required<Pick<DrainingOptions, 'thresholds' | 'parallel'>> & { readonly rules: SandpiperRules; readonly closed: ReadonlySet<number> }

const looking =
  (how: How, decide: FleetDecider, before: readonly FleetLook[], told: Stuck): FleetDecider =>
  (view) => {
    const [ordered, next, found, notes = []] = decide(view)
    const looks = withLook(before, view, how.rules)
    if (view.at < how.at) return [ordered, looking(how, next, looks, told), found, notes]
    const kept = ordered.filter((command) => !isAgainst(command, view, how.closed))
    const [begun, stuck] = leaving(how, view, looks, kept)
    const news = [...stuck].filter(([vm]) => !told.has(vm)).map(([, reason]) => reason)
    return [[...kept, ...begun], looking(how, next, looks, stuck), found, [...notes, ...news]]
  }

/** VMs of drained hosts that fit nowhere, and why. */
type Stuck = ReadonlyMap<number, string>

const isAgainst = (command: FleetCommand, { host }: FleetView, closed: ReadonlySet<number>): boolean =>
  command.type === 'startMigration' && (closed.has(command.to) || closed.has(host[command.vm]))

const leaving = (
  { closed, thresholds, parallel, order, rules }: How,
  view: FleetView,
  looks: readonly FleetLook[],
  ordered: readonly FleetCommand[]
): readonly [begun: readonly StartMigration[], stuck: Stuck] => {
  if (![...closed].some((host) => view.on[host].some((vm) => view.moving[vm] === 0))) return [[], new Map()]
  const all = beside(view, looks, rules, ordered)
  const onTheWay = (host: number): number => view.on[host].filter((vm) => view.moving[vm] === 1 && view.host[vm] === host).length
  const decisions = drained(all.placement, [...closed], {
    thresholds,
    isBarred: all.isBarred,
    parallel,
    underWay: onTheWay,
    ...(order === undefined ? {} : { order })
  })
  const stuck = new Map<number, string>()
  const begun = decisions.flatMap((decision) => {
    if (decision.type === 'unresolved') {
      stuck.set(all.running[decision.vm], `${view.hosts[decision.host].name} is drained, but ${decision.reason}`)
      return []
    }
    let free = Math.max(0, parallel - onTheWay(decision.host))
    // What VMs that are leaving a host still hold is not free yet: who has no room for that waits, and the next goes.
    return [...decision.moves, ...decision.waiting].flatMap((move) => {
      const vm = all.running[move.vm]
      if (free === 0 || !all.rooms.has(vm, move.to)) return []
      free--
      all.rooms.take(vm, move.to)
      return [migrationOf(all, move, decision.why)]
    })
  })
  return [begun, stuck]
}
