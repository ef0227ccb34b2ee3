import type { Device } from '../guest/device'
import type { Guest } from '../guest/guest'
import type { PageSet } from '../memory/pageSet'
import * as pageSet from '../memory/pageSet'
import type { Hosts } from './hosts'

/** The devices that a guest has now. @internal */
export const plugged = ({ setting, unplugged }: Pick<Hosts, 'setting' | 'unplugged'>): readonly Device[] =>
  unplugged ? setting.guest.devices.filter(({ movable }) => movable) : setting.guest.devices

/** Those of them that have something to save or to load. @internal */
export const stateful = (h: Pick<Hosts, 'setting' | 'unplugged'>): readonly Device[] =>
  plugged(h).filter(({ stateBytes, saveNs, loadNs }) => stateBytes + saveNs + loadNs > 0)

/** The devices that are taken from a guest, or given back to it; none when they are already. @internal */
export const toPlug = ({ setting, unplugged }: Hosts, on: boolean): readonly Device[] =>
  unplugged === on ? setting.guest.devices.filter(({ movable }) => !movable) : []

/** Takes the devices that cannot move from the guest, or gives them back. @internal */
export const plug = (h: Hosts, on: boolean): void => {
  h.unplugged = !on
  h.pinned = pinnedBy(h.setting.guest, plugged(h))
}

/** The pages that devices without a log may write at any time: always dirty, and never missing while the guest runs. @internal */
export const pinnedBy = ({ pages }: Guest, devices: readonly Device[]): PageSet | undefined => {
  let pinned: PageSet | undefined
  for (const { dma } of devices) {
    if (dma?.seen !== 'mapped') continue
    const region = pageSet.range(pages, dma.from, dma.from + dma.mapped)
    pinned = pinned === undefined ? region : pageSet.union(pinned, region)
  }
  return pinned
}
