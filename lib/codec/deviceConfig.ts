import type * as t from 'io-ts'
import { type DevicePreset, devicePresets } from '../guest/devicePresets'
import { closed } from './closed'
import { nonNegativeInteger, positiveInteger } from './quantities'
import { durationText, sizeText } from './quantityText'
import { refined } from './refined'
import { oneOf, text, yesNo } from './text'

/**
 * A device of a guest in a configuration: a preset, or a name, or both, and whatever differs; bytes and nanoseconds. See lib/guest/device; its
 * DMA is counted in pages.
 */
export type DeviceConfig = {
  readonly preset?: DevicePreset
  readonly name?: string
  readonly state?: number
  readonly save?: number
  readonly load?: number
  readonly parallel?: boolean
  readonly movable?: boolean
  readonly reason?: string
  readonly unplug?: number
  readonly plug?: number
  readonly dma?: {
    readonly interval: number
    readonly pages: number
    readonly from?: number
    readonly mapped?: number
    readonly seen?: 'logged' | 'mapped' | 'unseen'
  }
}

const names = Object.keys(devicePresets)
const preset = refined(`one of ${names.map((name) => JSON.stringify(name)).join(', ')}`, (u): u is DevicePreset =>
  names.includes(u as string)
)

/** A device as JSON: `{ "preset": "vga" }`, or `{ "name": "nic", "state": "10 MiB", "save": "100 ms", "dma": { "interval": "1 ms", "pages": 4 } }`. */
export const deviceConfig: t.Type<DeviceConfig, unknown> = closed(
  {},
  {
    preset,
    name: text,
    state: sizeText,
    save: durationText,
    load: durationText,
    parallel: yesNo,
    movable: yesNo,
    reason: text,
    unplug: durationText,
    plug: durationText,
    dma: closed(
      { interval: durationText, pages: positiveInteger },
      { from: nonNegativeInteger, mapped: positiveInteger, seen: oneOf('logged', 'mapped', 'unseen') }
    )
  }
)
