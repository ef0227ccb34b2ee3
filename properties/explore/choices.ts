import * as bitmap from '../../lib/memory/bitmap'
import type { Part } from '../../lib/world/conduct'
import type { Item, Owed, State } from './state'
import { isOf, MESSAGE } from './state'

/**
 * What may happen next. `write`, `read`: the guest uses a page. `leave`: the page that is leaving on a lane has left, and the next is read. `arrive`: the first page
 * or message on its way on a lane arrives. `answer`: an errand takes its next leg, or a barrier is acknowledged. `notice`: the source hears of a fault. `fail`, `mend`.
 * `look`: the source looks how far it is. `load`: the target has put in the state of the devices. `said` are the answers of the pipeline's own `choose`, in the order in which it asks.
 */
export type Choice = (
  | { readonly type: 'write' | 'read'; readonly page: number }
  | { readonly type: 'leave' | 'arrive'; readonly lane: string }
  | { readonly type: 'answer'; readonly owed: number }
  | { readonly type: 'notice' | 'look' | 'load' }
  | { readonly type: 'fail'; readonly what: Part }
  | { readonly type: 'mend' }
) & { readonly said?: readonly boolean[] }

/** What chance may do besides: which parts may fail, and whether a link is mended. */
export type Chances = { readonly fail: readonly Part[]; readonly mend: boolean }

/** Everything that may happen next; nothing once the migration has ended. */
export const choices = (s: State, { fail, mend }: Chances): readonly Choice[] => {
  if (s.outcome !== undefined) return []
  const possible: Choice[] = []
  for (let i = 0; i < s.owed.length; i++) if (isDue(s, i)) possible.push({ type: 'answer', owed: i })
  for (const { name, leaving, flying } of s.lanes) {
    if (flying.length > 0 && !(s.loading && activates(s, flying[0]))) possible.push({ type: 'arrive', lane: name })
    if (leaving !== undefined) possible.push({ type: 'leave', lane: name })
  }
  if (s.notices.length > 0) possible.push({ type: 'notice' })
  if (s.loading) possible.push({ type: 'load' })
  if (s.looks > 0 && s.sends.length > 0) possible.push({ type: 'look' })
  const { hosts, failed } = s.conduct
  if ((hosts.atSource || hosts.atTarget) && s.stalled === undefined)
    for (let page = 0; page < hosts.pages; page++) {
      if (s.writes > 0) possible.push({ type: 'write', page })
      const matters =
        hosts.atTarget && (bitmap.test(hosts.trapped, page) || (bitmap.test(hosts.stale, page) && !bitmap.test(hosts.misread, page)))
      if (matters) possible.push({ type: 'read', page })
    }
  if (s.faults > 0) for (const what of fail) if (failed[what] === undefined) possible.push({ type: 'fail', what })
  if (mend && failed.link !== undefined) possible.push({ type: 'mend' })
  return possible
}

/** Whether what arrives is the order to go on at the target, which waits for the state of the devices. */
const activates = ({ owed }: State, { n, page }: Item): boolean =>
  page === MESSAGE && owed.some((one) => isOf(one, n) && one.type === 'errand' && one.errand.leg === 'activate')

/** Whether an answer that is owed may come now: a lane is in order both ways, and a barrier waits for all that left before it. */
const isDue = ({ owed, sends, lanes, loading }: State, i: number): boolean => {
  const one = owed[i]
  if (one.type === 'barrier') {
    const waits = (n: number): boolean => one.behind.includes(n)
    return !sends.some(({ to }) => waits(to.n)) && !lanes.some(({ flying }) => flying.some(({ n }) => waits(n)))
  }
  const { leg, to } = one.errand
  if (leg === 'activate' && loading) return false
  if (leg === 'out' || leg === 'activate') return !lanes.some(({ flying }) => flying.some(({ n, page }) => n === to.n && page === MESSAGE))
  if (leg !== 'back') return true
  for (let k = 0; k < i; k++) {
    const earlier: Owed = owed[k]
    if (earlier.type === 'errand' && earlier.errand.leg === leg && earlier.errand.to.lane === to.lane) return false
  }
  return true
}
