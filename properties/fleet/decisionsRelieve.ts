import { fleetBooks, ROUNDING } from './fleetBooks'
import { type Decided, type FleetDecisions, fleetDecisions } from './fleetDecisions'
import { type FleetInvariant, type FleetViolation, fleetInvariant } from './fleetInvariant'
import type { FleetRules } from './fleetRules'

/**
 * Every decision relieves the host that it is for: of the hosts that it concerns one was above a threshold, and its volume falls; and no more hosts are above a threshold than were. By what VMs needed as the manager knew it when it decided. The sum of all volumes may rise, since volumes multiply.
 *
 *     volume(source) after < volume(source) before    hosts above a threshold after <= before
 */
export const decisionsRelieve = (rules: FleetRules): FleetInvariant =>
  fleetInvariant<{ readonly decisions: FleetDecisions }>({
    name: 'decisionsRelieve',
    sentence: 'By every decision the volume of a host above a threshold falls, and the number of hosts above one does not rise.',
    source: 'mitigation by volume (Wood et al., NSDI 2007, §5)',
    of: 'mitigation',
    init: () => ({ decisions: fleetDecisions(rules) }),
    step: (memory, look, tell) => {
      for (const decided of memory.decisions.see(look)) for (const { look: at, problem } of useless(decided, rules)) tell(problem, at)
      return memory
    },
    done: ({ decisions }, tell) => {
      for (const decided of decisions.end()) for (const { look: at, problem } of useless(decided, rules)) tell(problem, at)
    }
  })

const useless = (decided: Decided, { thresholds }: FleetRules): readonly FleetViolation[] => {
  const { look, view, decisions } = decided
  const books = fleetBooks(decided, thresholds)
  const over = (): readonly number[] => view.hosts.map((_, host) => host).filter(books.isOver)
  const named = (hosts: readonly number[]): string => (hosts.length === 0 ? 'none' : hosts.map((host) => view.hosts[host].name).join(', '))
  const problems: FleetViolation[] = []
  for (const { moves, isCut } of decisions) {
    if (isCut) break
    const concerned = new Set(moves.flatMap(({ vm, to }) => [books.at[vm], to]))
    const before = over()
    const volumes = view.hosts.map((_, host) => books.volume(host))
    for (const { vm, to } of moves) books.at[vm] = to
    const after = over()
    const whom = `the decision for ${view.vms[moves[0].vm].name}`
    if (after.length > before.length)
      problems.push({ look, problem: `${whom} leaves above a threshold: ${named(after)}; before: ${named(before)}` })
    if (![...concerned].some((host) => before.includes(host) && books.volume(host) < volumes[host] * (1 - ROUNDING * ROUNDING)))
      problems.push({ look, problem: `${whom} relieves no host; above a threshold: ${named(before)}` })
  }
  return problems
}
