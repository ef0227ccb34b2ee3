import { Subscription } from 'rxjs'
import type { Dma } from '../guest/device'
import type { Agenda } from './agenda'
import type { Hosts } from './hosts'
import * as hosts from './hosts'

/**
 * What a device writes with, and into whom; `look` brings the guest up to now, `stops` is how often it has been stopped, `isThere` whether it is plugged in, `waitFor` asks for
 * a page that is missing at the target, as a virtual CPU does that stops at it.
 * @internal
 */
export type DmaOptions = {
  readonly dma: Dma
  readonly agenda: Agenda
  readonly hosts: Hosts
  readonly look: () => void
  readonly stops: () => number
  readonly isThere: () => boolean
  readonly waitFor: (page: number) => void
}

/** A device at work. `arrived`: a page that was missing is there. @internal */
export type DmaWork = { readonly arrived: (page: number) => void; readonly stop: () => void }

/**
 * A device of a guest at work: it is given pages, and half an interval later it writes them in one transfer, while the guest is not stopped; whether its virtual CPUs are
 * slowed down is nothing to it. Of a transfer that meets the pause nothing is written. At the target a transfer into pages that are missing waits until they have all
 * arrived, and the device with it.
 * @internal
 */
export const device = ({
  dma: { intervalNs, pages, from, mapped },
  agenda,
  hosts: h,
  look,
  stops,
  isThere,
  waitFor
}: DmaOptions): DmaWork => {
  const under = new Subscription()
  const half = Math.floor(intervalNs / 2)
  let cursor = 0
  let transfer: { readonly list: readonly number[]; readonly before: number; readonly missing: Set<number> } | undefined
  const later = (work: () => void, ns: number): void => {
    const one = agenda.schedule(() => {
      under.remove(one)
      work()
    }, ns)
    under.add(one)
  }
  const begin = (): void => {
    look()
    const list = Array.from({ length: pages }, (_, i) => from + ((cursor + i) % mapped))
    cursor = (cursor + pages) % mapped
    const runs = isThere() && (h.atSource || h.atTarget)
    const before = stops()
    if (runs) hosts.deviceMaps(h, list)
    later(() => {
      look()
      const missing = runs && stops() === before && isThere() ? list.filter((page) => hosts.isTrapped(h, page)) : []
      transfer = runs ? { list, before, missing: new Set(missing) } : undefined
      if (missing.length === 0) write()
      else for (const page of missing) waitFor(page)
    }, half)
  }
  const write = (): void => {
    if (transfer !== undefined && stops() === transfer.before && isThere()) hosts.deviceWrites(h, transfer.list)
    transfer = undefined
    later(begin, intervalNs - half)
  }
  later(begin, intervalNs - half)
  return {
    arrived: (page) => {
      if (transfer?.missing.delete(page) && transfer.missing.size === 0) write()
    },
    stop: () => under.unsubscribe()
  }
}
