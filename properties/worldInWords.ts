import { formatTime } from '../lib/time/time'
import type { GuestPlan } from './arbitraries/guestPlan'
import type { WorldPlan } from './arbitraries/worldPlan'
import { describe } from './describe'

/**
 * A world's plan for people, a line for each part: guests, link, what fails and when, and then whatever else is not as usual, under the names that the plan has
 * for it. Law: no part of the plan is left out.
 */
export const worldInWords = (plan: WorldPlan): readonly string[] => {
  const { seed, guest, second, pageBytes, pageNs, latencyPages, fidelity, faults, ...rest } = plan
  return [
    `${guestInWords(guest)}; pages of ${pageBytes} bytes, kept as ${fidelity}; seed ${seed} of its chances`,
    ...(second === undefined ? [] : [`and at the same time ${guestInWords(second)}`]),
    `a link that carries a page in ${formatTime(pageNs)}${latencyPages === 0 ? ', without latency' : `, and ${latencyPages} pages in the time of its latency`}`,
    ...(faults ?? []).map(
      ({ perMille, what, ...more }) =>
        `the ${what} fails after ${perMille} thousandths of the time of a likely migration${moreOf(more) === '' ? '' : ` (${moreOf(more)})`}`
    ),
    ...Object.entries(rest).flatMap(([name, of]) => (of === undefined || of === false ? [] : [`${name}: ${describe(of)}`]))
  ]
}

const guestInWords = ({ kind, pages, vcpus, contextPages, workload, ...rest }: GuestPlan): string => {
  const { type, ...details } = workload
  const more = [moreOf(details), moreOf(rest)].filter((text) => text !== '')
  const cpus = vcpus === 1 ? '' : ` with ${vcpus} virtual CPUs`
  const context = contextPages === 0 ? '' : ` and ${counted(contextPages, 'page')} of context`
  return `a ${kind} of ${counted(pages, 'page')}${context}${cpus}, ${type}${more.length === 0 ? '' : ` (${more.join(', ')})`}`
}

const counted = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`

const moreOf = (fields: object): string =>
  Object.entries(fields)
    .flatMap(([name, of]) => (of === undefined ? [] : [`${name}: ${describe(of)}`]))
    .join(', ')
