import { type Key, split, uniformInt } from '../random/random'
import { type NanvixField, nanvixKernelPages, nanvixState, nanvixSystemThreads } from './nanvixProcess'

/** What a kernel has beside a process's state, and what paths of thread calls read of it; bytes as in `nanvixState`. */
export const kernelObjects = {
  threadLock: { bytes: 8, count: 1 },
  currentLock: { bytes: 8, count: 1 },
  currentThreads: { bytes: 4, count: 16 },
  systemThreads: { bytes: 48, count: nanvixSystemThreads.services + nanvixSystemThreads.idle },
  kernelPages: { bytes: 4, count: nanvixKernelPages.pages },
  systemBoard: { bytes: 120, count: 16 },
  events: { bytes: 64, count: 16 },
  threadPointers: { bytes: 4, count: 40 },
  joinPointers: { bytes: 4, count: 40 }
} as const

/** A structure of the kernel or of a process in it. */
export type KernelObject = keyof typeof kernelObjects | NanvixField

/**
 * Where a kernel keeps things. `address` is that of an entry; `symbol` the name by which code reaches it: what has one symbol needs its address once in a function.
 * `pointed`: the tables of threads and of conditions are reached through tables of pointers. `mixed`: nothing tells where a process's threads begin, so that a free one is looked
 * for past those of the system.
 */
export type ProcessLayout = {
  readonly name: string
  readonly address: (object: KernelObject, entry?: number) => number
  readonly symbol: (object: KernelObject) => string
  readonly pointed: boolean
  readonly mixed: boolean
}

/** The section of the kernel's data; `base` and `bytes` as a compute cluster's boot log gives them (kernel from 0x8000, 357 KB of code, then 22 KB of data and 652 KB without initial values). */
export type LayoutOptions = { readonly key: Key; readonly base?: number; readonly bytes?: number }

/**
 * A process's state in one region, from the start of a line, its fields in the order of `nanvixState`. The system's threads have a table of their own. `pointed` reaches threads and
 * conditions through tables of pointers (as nanvix/microkernel 92320ed8 does). Kernel structures stand where they stand in `scatteredLayout` of the same key.
 */
export const uAreaLayout = (options: LayoutOptions, { pointed = false }: { readonly pointed?: boolean } = {}): ProcessLayout => {
  const place = placing(options)
  const objects = kernelPlaces(place)
  const base = place('uArea', sum(stateFields.map((field) => bytesOf(field))), 64)
  const offsets = new Map<KernelObject, number>()
  stateFields.reduce((at, field) => {
    offsets.set(field, at)
    return at + bytesOf(field)
  }, base)
  return laidOut(
    pointed ? 'UArea through pointers' : 'UArea',
    new Map([...objects, ...offsets]),
    (object) => (offsets.has(object) ? 'uArea' : object),
    { pointed, mixed: false }
  )
}

/**
 * The same fields as globals of the kernel, anywhere in its data: what one file declares for itself alone stands together, what others may see stands singly (a compiler of that
 * age leaves such names as common symbols, which the linker places one by one). Threads of the system and of the process share one table, and are told apart only by looking
 * (`mixed`; as nanvix/kernel's thread.c searches it, from its start; nanvix/microkernel 04e7633 knows where the process's begin: `mixed: false`). `together` puts the fields in
 * one file's section, in their order but each aligned by itself: a UArea in all but name.
 */
export const scatteredLayout = (
  options: LayoutOptions,
  { together = false, mixed = !together }: { readonly together?: boolean; readonly mixed?: boolean } = {}
): ProcessLayout => {
  const place = placing(options)
  const objects = new Map(kernelPlaces(place))
  if (!together) objects.set('threads', objects.get('systemThreads')! + bytesOf('systemThreads'))
  for (const group of together ? [stateFields] : declaredTogether) {
    let at = place(group[0], sum(group.map((field) => aligned(bytesOf(field), 8))), 8)
    for (const field of group) {
      objects.set(field, at)
      at = aligned(at + bytesOf(field), 8)
    }
  }
  const symbol = (object: KernelObject): string => (object === 'threads' && !together ? 'systemThreads' : object)
  return laidOut(together ? 'globals of one file' : 'scattered', objects, symbol, { pointed: false, mixed })
}

/** Bytes of a structure with all its entries. */
export const bytesOf = (object: KernelObject): number => entryOf(object).bytes * entryOf(object).count

const stateFields = Object.keys(nanvixState) as readonly NanvixField[]

// By file: preemptive.c keeps stacks and queues to itself, common.c the exit values; the rest is seen by others. The user's threads follow the system's in one table.
const declaredTogether: readonly (readonly NanvixField[])[] = [
  ['joinConditions'],
  ['threadCount'],
  ['nextThreadId'],
  ['freezing'],
  ['rest'],
  ['exitValues', 'exitSlot'],
  ['userStacks', 'kernelStacks', 'scheduling']
]

// The table of the system's threads has room for the user's behind them, whether these stand there or not: so all else stands at the same places.
const kernelPlaces = (place: Place): ReadonlyMap<KernelObject, number> =>
  new Map(
    (Object.keys(kernelObjects) as readonly (keyof typeof kernelObjects)[]).map((object) => [
      object,
      place(object, bytesOf(object) + (object === 'systemThreads' ? bytesOf('threads') : 0), 8)
    ])
  )

const laidOut = (
  name: string,
  places: ReadonlyMap<KernelObject, number>,
  symbol: ProcessLayout['symbol'],
  found: Pick<ProcessLayout, 'pointed' | 'mixed'>
): ProcessLayout => ({
  name,
  symbol,
  ...found,
  address: (object, entry = 0) => places.get(object)! + entry * entryOf(object).bytes
})

type Place = (name: string, bytes: number, alignment: number) => number

// Draws places in a section until one is free: what is placed first stands at the same place whatever comes after it.
const placing = ({ key, base = 0x61_400, bytes = 674 * 1024 }: LayoutOptions): Place => {
  const taken: { readonly from: number; readonly to: number }[] = []
  return (name, size, alignment) => {
    const stream = split(key, name)
    for (let tries = 0; tries < 1000; tries++) {
      const from = aligned(base + uniformInt(stream, tries, bytes - size - alignment), alignment)
      const to = from + size
      if (taken.every((other) => to <= other.from || other.to <= from)) {
        taken.push({ from, to })
        return from
      }
    }
    throw new RangeError(`processLayout: the section must have room for ${name} of ${size} bytes (got ${bytes} bytes)`)
  }
}

const entries: Readonly<Record<KernelObject, { readonly bytes: number; readonly count: number }>> = { ...kernelObjects, ...nanvixState }

const entryOf = (object: KernelObject): { readonly bytes: number; readonly count: number } => entries[object]

const aligned = (address: number, alignment: number): number => Math.ceil(address / alignment) * alignment

const sum = (values: readonly number[]): number => values.reduce((total, one) => total + one, 0)
