import { elsewhere, putBack, whyNowhere } from './elsewhere'
import { checkedThresholds } from './fits'
import type { MitigationOptions } from './mitigation'
import { booksOf, type Move, type Placement, utilisation } from './placement'
import { volume } from './volume'

/** What to do about a host that has little to do: all its VMs go elsewhere, and why there; or nothing, and why. */
export type Emptying =
  | { readonly type: 'emptied'; readonly host: number; readonly moves: readonly Move[]; readonly why: string }
  | { readonly type: 'unresolved'; readonly host: number; readonly reason: string }

/** See `MitigationOptions`. */
export type EmptyingOptions = Pick<MitigationOptions, 'thresholds' | 'isBarred' | 'excluded'>

/**
 * Server consolidation: of the hosts named, that of the lowest volume first, each is emptied when all of its VMs fit elsewhere with every host within its thresholds, and is left alone else. VMs go to the fullest hosts that have room, to others that are named only where they must, never to one without VMs, nor to one that is emptied; a host
 * that takes VMs is not emptied afterwards. Our own rule; that all or none leave, and no host is taken into use for it, is as in CloudSim 4.0's consolidation.
 *
 *     emptied(placement, underloadedHosts, { thresholds: { cpu: 0.6 } })
 *
 * Laws: hosts with VMs become fewer by one for each that is emptied; every host that takes VMs is within the thresholds, so no hotspot is made; names decide nothing. All moves can be made at once: hosts that take VMs lose none. Cost: O(VMs that leave x hosts). Throws `RangeError` naming what is senseless.
 */
export const emptied = (
  placement: Placement,
  underloaded: readonly number[],
  { thresholds: given, isBarred = () => false, excluded = () => false }: EmptyingOptions = {}
): readonly Emptying[] => {
  const books = booksOf(placement)
  const thresholds = checkedThresholds('emptied', given)
  const { hosts, vms } = placement
  for (const host of underloaded)
    if (!(Number.isInteger(host) && host >= 0 && host < hosts.length))
      throw new RangeError(`emptied: underloaded must name hosts by their index (got ${host})`)
  const volumes = hosts.map((_, host) => volume(utilisation(books, host)))
  const order = [...new Set(underloaded)].sort((a, b) => volumes[a] - volumes[b] || a - b)
  const isTarget = hosts.map((_, host) => !excluded(host) && books.on[host].length > 0)
  const took = new Set<number>()
  return order.flatMap((host): readonly Emptying[] => {
    const all = [...books.on[host]]
    if (all.length === 0) return []
    if (took.has(host)) return [{ type: 'unresolved', host, reason: `${hosts[host].name} takes VMs of another that is emptied` }]
    const rules = { thresholds, isBarred, targets: hosts.map((_, i) => i).filter((one) => one !== host && isTarget[one]) }
    const toOthers = elsewhere(books, all, { ...rules, targets: rules.targets.filter((one) => !order.includes(one)), fit: 'fullest' })
    if (toOthers.left.length > 0) putBack(books, toOthers.moves)
    const { moves, left } = toOthers.left.length === 0 ? toOthers : elsewhere(books, all, { ...rules, fit: 'fullest' })
    if (left.length > 0) {
      const reason = whyNowhere(books, left[0], rules)
      putBack(books, moves)
      return [{ type: 'unresolved', host, reason }]
    }
    isTarget[host] = false
    for (const { to } of moves) took.add(to)
    const where = moves.map(({ vm, to }) => `${vms[vm].name} to ${hosts[to].name}`).join(', ')
    const why = `${hosts[host].name} has little to do, its volume is ${volumes[host].toPrecision(3)}, and all its VMs fit on fuller hosts: ${where}`
    return [{ type: 'emptied', host, moves, why }]
  })
}
