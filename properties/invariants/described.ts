import { isPageSequence } from '../../lib/memory/pageSequence'
import { isPageSet } from '../../lib/memory/pageSet'
import type { Data } from '../../lib/protocol/data'
import type { Time } from '../../lib/time/time'
import type { Began } from './invariant'

/**
 * What a world says of itself that invariants can hold it to; what it does not say is `undefined`, and not judged. `inOrder`: whether its signals come in the
 * order in which things happened. @internal
 */
export type Described = {
  readonly inOrder: boolean
  readonly bytesPerSecond: number | undefined
  readonly headerBytes: number | undefined
  readonly zeroPageBytes: number | undefined
  readonly targetMemoryBytes: number | undefined
  /** What the target's store can take, and the bytes of the disk that must move with each guest. */
  readonly targetDiskBytes: number | undefined
  readonly diskBytesOf: (migration: string) => number
  /** The windows to which the source keeps with the memory's sends; absent: they leave evenly. */
  readonly windowNs: Time | undefined
  /** How far ahead of the wire sends over a named connection are written; absent: not at all. */
  readonly bufferBytes: number | undefined
  /** The devices of each guest, whether each can move, and whether it has anything to save or to load. */
  readonly devicesOf: (migration: string) => readonly DescribedDevice[]
  /** When the host of each guest breaks down, and which of its stores are gone at a time, in a world that keeps images. */
  readonly breakdownsOf: (migration: string) => readonly Time[]
  readonly storesGone: (migration: string, at: Time) => readonly string[]
}

type DescribedDevice = { readonly name: string; readonly movable: boolean; readonly stateful: boolean }

/** Reads the description in a journal's first entry: that of a data centre, or of a world around one (`of`). @internal */
export const described = (began: Began | undefined): Described => {
  let world = recordOf(began?.world)
  let inOrder = true
  while (world !== undefined && recordOf(world.of) !== undefined) {
    if (world.world === 'delayed') inOrder = false
    world = recordOf(world.of)
  }
  const link = recordOf(world?.link)
  const broken = Array.isArray(world?.breakdowns) ? world.breakdowns.map(breakdownOf) : []
  const files = Object.entries(recordOf(world?.stores) ?? {}).flatMap(([name, store]) => (isLostWithHost(recordOf(store)) ? [name] : []))
  return {
    inOrder,
    bytesPerSecond: numberOf(link?.bytesPerSecond),
    headerBytes: numberOf(link?.headerBytes),
    zeroPageBytes: numberOf(link?.zeroPageBytes),
    targetMemoryBytes: numberOf(world?.targetMemoryBytes),
    targetDiskBytes: numberOf(world?.targetDiskBytes),
    diskBytesOf: (migration) => {
      const disk = recordOf(recordOf(recordOf(world?.guests)?.[migration])?.disk)
      return disk?.storage === 'local' ? (numberOf(disk.bytes) ?? 0) : 0
    },
    windowNs: numberOf(recordOf(world?.sender)?.windowNs),
    bufferBytes: numberOf(recordOf(world?.sender)?.bufferBytes),
    devicesOf: (migration) => {
      const devices = recordOf(recordOf(world?.guests)?.[migration])?.devices
      return Array.isArray(devices) ? devices.map(deviceOf) : []
    },
    breakdownsOf: (migration) => broken.flatMap(({ at, what, name }) => (what === 'host' && name === migration ? [at] : [])),
    storesGone: (migration, now) =>
      broken.flatMap(({ at, what, name }) =>
        at > now ? [] : what === 'store' ? [name] : what === 'host' && name === migration ? files : []
      )
  }
}

const recordOf = (data: Data): Readonly<Record<string, Data>> | undefined =>
  typeof data !== 'object' || data === null || Array.isArray(data) || isPageSet(data) || isPageSequence(data)
    ? undefined
    : (data as Readonly<Record<string, Data>>)

const breakdownOf = (of: Data): { readonly at: Time; readonly what: string; readonly name: string } => {
  const { at, what, name } = recordOf(of) ?? {}
  return { at: numberOf(at) ?? Number.POSITIVE_INFINITY, what: String(what), name: String(name) }
}

const isLostWithHost = (store: Readonly<Record<string, Data>> | undefined): boolean => store?.type === 'file' && store.survives !== true

const deviceOf = (of: Data): DescribedDevice => {
  const { name, movable, stateBytes, saveNs, loadNs } = recordOf(of) ?? {}
  return {
    name: String(name),
    movable: movable !== false,
    stateful: [stateBytes, saveNs, loadNs].some((value) => (numberOf(value) ?? 0) > 0)
  }
}

const numberOf = (data: Data): number | undefined => (typeof data === 'number' && Number.isFinite(data) ? data : undefined)
