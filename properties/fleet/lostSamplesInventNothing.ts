import type { FleetDayOptions } from '../../lib/world/fleetOptions'
import { fleetEvidence, hasEvidence } from './fleetEvidence'
import type { FleetHistory, LookOfDay } from './fleetHistory'
import { type FleetInvariant, type FleetViolation, fleetInvariant } from './fleetInvariant'
import type { FleetPlan } from './fleetPlan'
import type { FleetRules } from './fleetRules'

/**
 * Losing a sample invents no hotspot: beside a day of which one more sample of one VM is lost, every hotspot that is found is found in the day itself too, as long as the same moves have been ordered in both; and when they part, none is ordered in the poorer day where the other has no hotspot.
 *
 *     hotspots(day with one sample NaN)  is part of  hotspots(day)    until their commands differ
 *
 * Samples live in time slots, and a manager that looks between two of them sees of both; so this is asked of days whose manager looks with the samples (`afterNs` 0), and whose VMs do not end by wanting nothing (`endsIdle`).
 */
export const lostSamplesInventNothing = (rules: FleetRules): FleetInvariant =>
  fleetInvariant({
    name: 'lostSamplesInventNothing',
    sentence: 'A day of which one sample is lost has no hotspot that the day itself has not.',
    source: 'a missing sample counts as not above (metamorphic: a day beside one that has lost a sample)',
    of: 'mitigation',
    other: losing,
    compare: (whole, poorer) => invented(whole, poorer, rules)
  })

const losing = (day: FleetDayOptions, { vm, look }: FleetPlan['twin']): FleetDayOptions | undefined => {
  const { vms, utilisations, networks, workingSets, services, afterNs = 0, endsIdle = false } = day
  const looks = utilisations[0]?.length ?? 0
  if (vms.length === 0 || looks < 2 || afterNs > 0 || endsIdle) return undefined
  const [who, when] = [vm % vms.length, 1 + (look % (looks - 1))]
  const without = (all: readonly ArrayLike<number>[]): readonly ArrayLike<number>[] =>
    all.map((one, i) => (i === who ? lacking(one, when) : one))
  return {
    ...day,
    utilisations: without(utilisations),
    ...(networks === undefined ? {} : { networks: without(networks) }),
    ...(workingSets === undefined ? {} : { workingSets: without(workingSets) }),
    ...(services === undefined
      ? {}
      : { services: services.map((one, i) => (i === who && one !== undefined ? { ...one, requests: lacking(one.requests, when) } : one)) })
  }
}

const lacking = (series: ArrayLike<number>, when: number): Float64Array =>
  Float64Array.from(series, (value, look) => (look === when ? Number.NaN : value))

const invented = (whole: FleetHistory, poorer: FleetHistory, rules: FleetRules): FleetViolation | undefined => {
  const evidence = fleetEvidence(rules)
  for (let i = 0; i < poorer.looks.length; i++) {
    const [one, other] = [whole.looks[i], poorer.looks[i]]
    evidence.see(one.view)
    const more = other.found.find(
      ({ host, resource, isPast }) => !isPast && !one.found.some((it) => it.host === host && it.resource === resource)
    )
    if (more !== undefined)
      return {
        look: i + 1,
        problem: `${one.view.hosts[more.host].name} is a hotspot of its ${more.resource} because a sample of ${lostOf(one, other)} is lost`
      }
    if (commandsOf(one) === commandsOf(other)) continue
    const moved = other.commands.find(({ type }) => type === 'startMigration')
    const isMoved = one.commands.some(({ type }) => type === 'startMigration')
    if (moved === undefined || isMoved || one.view.moving.some((it) => it === 1) || hasEvidence(one, evidence)) return undefined
    return { look: i + 1, problem: `${one.view.vms[moved.vm]?.name} is to move because a sample of ${lostOf(one, other)} is lost` }
  }
  return undefined
}

const lostOf = (one: LookOfDay, other: LookOfDay): string => {
  const vm = one.view.lost.findIndex((it, i) => it !== other.view.lost[i])
  return vm < 0 ? 'an earlier look' : one.view.vms[vm].name
}

const commandsOf = ({ commands }: LookOfDay): string =>
  JSON.stringify(commands.map((one) => (one.type === 'startMigration' ? [one.vm, one.to] : [one.vm, one.bytes, ''])))
