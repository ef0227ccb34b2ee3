import { tickAt } from '../time/clock'
import { ceilTimes } from '../time/ratio'
import type { ChipCosts } from './chipCosts'
import type { ChipContext, Owner, Site } from './chipSite'

/** What of a cluster does its software's work. @internal */
export type Core = Pick<Site, 'spec' | 'isDown'> & { free: number }

/** Has a cluster's core do something that takes so many of its cycles, behind what it has to do already. Lost when the cluster fails. @internal */
export const work = (
  { timeline }: Pick<ChipContext, 'timeline'>,
  { site }: { readonly site: Core },
  cycles: Cost,
  then: () => void
): void => {
  const start = Math.max(site.free, ceilTimes(site.spec.clock.ticksPerNs, timeline.now()))
  site.free = start + Math.round(typeof cycles === 'function' ? cycles(site.spec.costs) : site.spec.costs[cycles])
  timeline.schedule(
    () => {
      if (!site.isDown) then()
    },
    Math.max(0, tickAt(site.spec.clock, site.free) - timeline.now())
  )
}

/** What it costs on the cluster where it is done. @internal */
export type Cost = keyof ChipCosts | ((costs: ChipCosts) => number)

/** Work of an owner's calls, on the cluster where it is; of a process that stands, when it goes on, wherever that is. @internal */
export const step = (context: ChipContext, owner: Owner, cost: Cost, then: () => void): void =>
  whenGoing(owner, () => {
    const { site, life } = owner
    owner.working++
    work(context, { site }, cost, () => {
      if (owner.life !== life) return
      owner.working--
      then()
      settle(owner)
    })
  })

/** Does something now, or when an owner that stands goes on. @internal */
export const whenGoing = (owner: Owner, then: () => void): void => {
  if (owner.isStill) owner.later.push(then)
  else then()
}

/** Tells who waits for it that an owner stands and its software does nothing any more. @internal */
export const settle = (owner: Owner): void => {
  const { whenStill } = owner
  if (!owner.isStill || owner.working > 0 || whenStill === undefined) return
  owner.whenStill = undefined
  whenStill()
}
