import { Subscription } from 'rxjs'
import type { Device } from '../guest/guest'
import type { Agenda } from './agenda'
import type { Hosts } from './hosts'
import * as hosts from './hosts'

/** What a device writes with, and into whom; `look` brings the guest up to now, `stops` is how often it has been stopped. @internal */
export type DeviceOptions = {
  readonly device: Device
  readonly agenda: Agenda
  readonly hosts: Hosts
  readonly look: () => void
  readonly stops: () => number
}

/**
 * A device of a guest at work: it is given pages, and half an interval later it writes them in one transfer, while the guest runs. Of a transfer that meets the pause
 * nothing is written, nor of one into pages that are still missing.
 * @internal
 */
export const device = ({ device: { intervalNs, pages }, agenda, hosts: h, look, stops }: DeviceOptions): Subscription => {
  const under = new Subscription()
  const half = Math.floor(intervalNs / 2)
  let cursor = 0
  const later = (work: () => void, ns: number): void => {
    const one = agenda.schedule(() => {
      under.remove(one)
      work()
    }, ns)
    under.add(one)
  }
  const begin = (): void => {
    look()
    const list = Array.from({ length: pages }, (_, i) => (cursor + i) % h.pages)
    cursor = (cursor + pages) % h.pages
    const runs = h.atSource || h.atTarget
    const before = stops()
    if (runs) hosts.deviceMaps(h, list)
    later(() => {
      look()
      if (runs && stops() === before && !list.some((page) => hosts.isTrapped(h, page))) hosts.deviceWrites(h, list)
      later(begin, intervalNs - half)
    }, half)
  }
  later(begin, intervalNs - half)
  return under
}
