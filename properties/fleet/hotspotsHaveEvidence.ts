import type { FleetView } from '../../lib/protocol/fleet'
import { type Evidence, type FleetEvidence, fleetEvidence, hasEvidence } from './fleetEvidence'
import { type FleetInvariant, fleetInvariant } from './fleetInvariant'
import type { FleetRules } from './fleetRules'

/**
 * No hotspot is found, and no move to mitigate one begun, without k of the last n looks above the threshold and a prediction above it.
 *
 *     found(host)        =>  above(host) >= k  and  predicted(host) > threshold
 *     a move is ordered  =>  such a host is there, or moves that were ordered before go on (the later steps of a swap)
 */
export const hotspotsHaveEvidence = (rules: FleetRules): FleetInvariant =>
  fleetInvariant<Memory>({
    name: 'hotspotsHaveEvidence',
    sentence: 'No hotspot, and no move against one, without k of the last n looks above the threshold and a prediction above it.',
    source: 'hotspot detection (Wood et al., NSDI 2007, §4)',
    of: 'mitigation',
    init: () => ({ evidence: fleetEvidence(rules), wentOn: false }),
    step: (memory, look, tell) => {
      const { evidence } = memory
      const { view, commands } = look
      const found = look.found.filter(({ isPast }) => !isPast)
      evidence.see(view)
      for (const { host, resource, above, n, predicted, threshold } of found) {
        const name = view.hosts[host]?.name ?? `host ${host}`
        const told = `${name} is called a hotspot of its ${resource}`
        if (above < rules.k || n > rules.n)
          tell(`${told} with ${above} of ${n} looks above the threshold, and there must be ${rules.k} of ${rules.n}`)
        if (rules.forecast && !(predicted > threshold)) tell(`${told}, and ${predicted} is predicted, which is not above ${threshold}`)
        const seen = evidence.of(host, resource)
        if (seen !== undefined && (!seen.isEnough || above > seen.above)) tell(`${told}, and ${inWords(seen, rules)}`)
      }
      const moves = commands.filter(({ type }) => type === 'startMigration')
      if (moves.length > 0 && !memory.wentOn && !hasEvidence(look, evidence))
        tell(`${view.vms[moves[0].vm]?.name} is to move, and no host is a hotspot: ${allInWords(view, evidence, rules)}`)
      return { evidence, wentOn: moves.length > 0 || view.moving.some((one) => one === 1) }
    }
  })

type Memory = { readonly evidence: FleetEvidence; readonly wentOn: boolean }

const inWords = ({ above, predicted }: Evidence, { n, threshold }: FleetRules): string =>
  `${above} of the last ${n} looks were above ${threshold}, and ${Number(predicted.toPrecision(4))} is predicted`

const allInWords = ({ hosts }: FleetView, evidence: FleetEvidence, rules: FleetRules): string =>
  hosts
    .flatMap(({ name }, host) => {
      const cpu = evidence.of(host, 'cpu')
      return cpu === undefined ? [] : [`of the CPU of ${name} ${inWords(cpu, rules)}`]
    })
    .join('; ')
