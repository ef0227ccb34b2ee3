import type { FleetCommand, FleetDecider, FleetHotspot, FleetManager, FleetView, StartMigration } from '../protocol/fleet'
import { type FoundHotspot, fleetHotspots } from './fleetHotspots'
import { type FleetLook, fleetLook } from './fleetLook'
import { type FleetMemory, fleetMemory } from './fleetMemory'
import { fleetNeeds } from './fleetNeeds'
import { fleetPlacement } from './fleetPlacement'
import { mitigation } from './mitigation'
import { checkedSandpiper, type SandpiperOptions, type SandpiperRules } from './sandpiperOptions'
import { sandpiperWords } from './sandpiperWords'
import { type Rooms, roomsAt, type Swap, swapsInTurn } from './swapsInTurn'

/**
 * Sandpiper (Wood et al., NSDI 2007) as a manager of a fleet. Hotspots of hosts are found by k of n and a prediction (`fleetHotspots`), VMs' needs by their profiles (`fleetNeeds`), a VM short of memory gets more where it is (`fleetMemory`), and hotspots are mitigated by moves and
 * swaps (`mitigation`), each with its reason in words. With `box: 'gray'` it sees services from inside too.
 *
 * - All hotspots found are told, those that nothing is done about too, and why not.
 * - A swap's moves are made one after the other; its hosts have no other part in anything meanwhile. When one fails the rest is not begun, and that is told (`isPast`). Its moves, and only they, have one `why`.
 * - A VM stays for n looks after it has arrived, or failed to; a host that VMs leave takes none before they have arrived.
 *
 * Pure. Laws: no move but for a hotspot found at that look, or the rest of a swap; every `allotMemory` and move finds its memory, whatever else was decided at that look. Cost: O(hosts + VMs) a look, and where there is a hotspot O(VMs x window) and the mitigation. Throws `RangeError`
 * naming the option.
 *
 *     fleetDay({ ...day, manager: sandpiper({ threshold: 0.7, box: 'gray' }) })
 */
export const sandpiper = (options: SandpiperOptions = {}): FleetManager => {
  const rules = checkedSandpiper(options)
  return {
    name: rules.box === 'gray' ? 'Sandpiper, gray box' : 'Sandpiper',
    begin: () => looking(rules, { looks: [], swaps: [], stays: new Map(), look: 0 })
  }
}

/** What is remembered: the last looks, oldest first; swaps on their way; until which look a VM stays where it is. */
type Memory = {
  readonly looks: readonly FleetLook[]
  readonly swaps: readonly Swap[]
  readonly stays: ReadonlyMap<number, number>
  readonly look: number
}

const looking =
  (rules: SandpiperRules, before: Memory): FleetDecider =>
  (view) => {
    const look = before.look + 1
    const looks = [...before.looks.slice(-rules.window + 1), fleetLook(view, rules)]
    const stays = new Map([...before.stays].filter(([, until]) => until >= look))
    view.moving.forEach((one, vm) => {
      if (one === 1) stays.set(vm, look + rules.n)
    })
    const kept = hostsOf(before.swaps)
    const memory = fleetMemory(looks, view, rules, (host) => kept.has(host))
    const allotted = new Map(memory.allotted.map(({ vm, bytes }) => [vm, bytes]))
    const rooms = roomsAt(view, (vm) => allotted.get(vm) ?? view.memory[vm])
    const going = swapsInTurn(before.swaps, view, rooms)
    const found: readonly FoundHotspot[] = [...fleetHotspots(looks, view, rules), ...memory.hotspots]
    const decided = found.length === 0 ? NOTHING : mitigated(rules, { view, looks, found, memory, kept, stays }, rooms)
    const begun = [...going.begun, ...decided.begun]
    for (const { vm } of begun) stays.set(vm, look + rules.n)
    const commands: readonly FleetCommand[] = [...memory.allotted, ...begun]
    return [
      commands,
      looking(rules, { looks, swaps: [...going.swaps, ...decided.swaps], stays, look }),
      [...decided.hotspots, ...going.givenUp]
    ]
  }

type Decided = {
  readonly begun: readonly StartMigration[]
  readonly swaps: readonly Swap[]
  readonly hotspots: readonly FleetHotspot[]
}

const NOTHING: Decided = { begun: [], swaps: [], hotspots: [] }

/** What there is to decide on. */
type Situation = {
  readonly view: FleetView
  readonly looks: readonly FleetLook[]
  readonly found: readonly FoundHotspot[]
  readonly memory: FleetMemory
  readonly kept: ReadonlySet<number>
  readonly stays: ReadonlyMap<number, number>
}

const mitigated = (rules: SandpiperRules, situation: Situation, rooms: Rooms): Decided => {
  const { view, looks, found, memory, kept, stays } = situation
  const { hosts, vms } = view
  const { placement, running, isSlower } = fleetPlacement(view, fleetNeeds(looks, view, rules), memory.bytes)
  const hot = new Set(found.map(({ host }) => host))
  const decisions = mitigation(
    placement,
    [...hot].filter((host) => !kept.has(host)),
    {
      thresholds: rules.thresholds,
      swapUpTo: rules.swapUpTo,
      isBarred: (i, to) => stays.has(running[i]) || kept.has(placement.at[i]) || isSlower(i, to),
      excluded: (host) => hot.has(host) || kept.has(host) || rooms.isLeft(host)
    }
  )
  const begun: StartMigration[] = []
  const swaps: Swap[] = []
  const outcomes = new Map<number, string[]>()
  const tell = (host: number, words: string): void => {
    outcomes.set(host, [...(outcomes.get(host) ?? []), words])
  }
  /** Hosts of swaps, and of what must wait for them: what is decided of them after that counts on all moves having been made. */
  const taken = new Set<number>()
  const wordsOf = (host: number): string =>
    found
      .filter((spot) => spot.host === host)
      .map((spot) => sandpiperWords.hotspot(spot, view, rules.box))
      .join('; ')
  for (const decision of decisions) {
    if (decision.type === 'unresolved') {
      tell(decision.host, sandpiperWords.resolution(decision, hosts, vms))
      continue
    }
    const moves = decision.moves.map((move) => ({ ...move, vm: running[move.vm] }))
    const involved = moves.flatMap(({ from, to }) => [from, to])
    const [first] = moves
    if (involved.some((host) => taken.has(host)) || (decision.type === 'move' && !rooms.has(first.vm, first.to))) {
      for (const host of involved) taken.add(host)
      tell(decision.host, 'what would help waits for a swap')
      continue
    }
    const resolution = sandpiperWords.resolution({ ...decision, moves }, hosts, vms)
    const why = `${wordsOf(decision.host)}; ${resolution}`
    if (decision.type === 'move') {
      tell(decision.host, resolution)
      rooms.take(first.vm, first.to)
      begun.push({ type: 'startMigration', vm: first.vm, to: first.to, why })
      continue
    }
    for (const host of involved) taken.add(host)
    const spot = found.find(({ host }) => host === decision.host)!
    const turn = swapsInTurn([{ left: moves, isGoing: false, why, spot: { ...spot, why } }], view, rooms)
    begun.push(...turn.begun)
    // One that cannot begin is not kept: at the next look it may be for nothing.
    swaps.push(...turn.swaps.filter(({ isGoing }) => isGoing))
    tell(decision.host, turn.begun.length > 0 ? resolution : 'what would help waits for memory that is left by a VM on its way')
  }
  for (const host of kept) if (hot.has(host)) tell(host, 'it has part in a swap that is not over')
  return {
    begun,
    swaps,
    hotspots: found.map((spot) => {
      const { vm: _, ...rest }: FoundHotspot & { vm?: number } = spot
      return { ...rest, why: `${sandpiperWords.hotspot(spot, view, rules.box)}; ${(outcomes.get(spot.host) ?? []).join('; ')}` }
    })
  }
}

const hostsOf = (swaps: readonly Swap[]): ReadonlySet<number> =>
  new Set(swaps.flatMap(({ left }) => left.flatMap(({ from, to }) => [from, to])))
