import { resources } from '../../lib/hotspot/placement'
import { fleetBooks, ROUNDING } from './fleetBooks'
import { type Decided, type FleetDecisions, fleetDecisions } from './fleetDecisions'
import { type FleetInvariant, type FleetViolation, fleetInvariant } from './fleetInvariant'
import type { FleetRules } from './fleetRules'

/**
 * No decision makes a target overloaded: when it has been carried out, every host that takes VMs by it is at most at every threshold, by what VMs needed as the manager knew it when it decided; the host that is relieved by a swap takes VMs back, and is not used more than before of what it was within.
 *
 *     use(target, resource) after  <=  max(threshold(resource), use before where the target loses VMs too)
 */
export const targetsStayBelow = (rules: FleetRules): FleetInvariant =>
  fleetInvariant<{ readonly decisions: FleetDecisions }>({
    name: 'targetsStayBelow',
    sentence: 'A host that takes a VM by a decision is below every threshold afterwards, by what VMs need as the manager knows it.',
    source: 'mitigation: the target must have room (Wood et al., NSDI 2007, §5)',
    of: 'mitigation',
    init: () => ({ decisions: fleetDecisions(rules) }),
    step: (memory, look, tell) => {
      for (const decided of memory.decisions.see(look)) for (const { look: at, problem } of overloaded(decided, rules)) tell(problem, at)
      return memory
    },
    done: ({ decisions }, tell) => {
      for (const decided of decisions.end()) for (const { look: at, problem } of overloaded(decided, rules)) tell(problem, at)
    }
  })

const overloaded = (decided: Decided, { thresholds }: FleetRules): readonly FleetViolation[] => {
  const { look, view, decisions } = decided
  const books = fleetBooks(decided, thresholds)
  const problems: FleetViolation[] = []
  for (const { moves, isCut } of decisions) {
    if (isCut) break
    const before = [...books.at]
    const used = view.hosts.map((_, host) => resources.map((resource) => books.use(host, resource)))
    for (const { vm, to } of moves) books.at[vm] = to
    const takes = view.hosts.map((_, host) => host).filter((host) => books.at.some((at, vm) => at === host && before[vm] !== host))
    for (const host of takes) {
      const gives = before.some((at, vm) => at === host && books.at[vm] !== host)
      resources.forEach((resource, i) => {
        const after = books.use(host, resource)
        if (after <= Math.max(thresholds[resource], gives ? used[host][i] : 0) + ROUNDING) return
        problems.push({
          look,
          problem: `${view.hosts[host].name} is at ${percent(after)} of its ${resource} by a decision, and may be at ${percent(thresholds[resource])}`
        })
      })
    }
  }
  return problems
}

const percent = (part: number): string => `${Number((part * 100).toPrecision(4))} %`
