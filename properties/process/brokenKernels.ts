import { tap } from 'rxjs'
import type { Data } from '../../lib/protocol/data'
import type { Signal } from '../../lib/protocol/signal'
import type { World } from '../../lib/protocol/world'
import { alteredWorld } from '../chip/alteredWorld'
import type { ProcessInvariant } from './processInvariants'

/** A chip whose kernels do something wrong, and what finds it. */
export type BrokenKernel = { readonly found: ProcessInvariant; readonly broken: (world: World) => World }

/** What a world says of its clusters' rooms is altered: it uses more than it has. */
const withLess =
  (less: (kernel: Readonly<Record<string, number>>) => Readonly<Record<string, number>>) =>
  (world: World): World => {
    const description = world.description as { readonly kernel: Readonly<Record<string, number>> }
    return { ...world, description: { ...description, kernel: { ...description.kernel, ...less(description.kernel) } } as Data }
  }

/** Answers of daemons' calls on a cluster wait while a process stands frozen there. */
const systemStopsToo = (): ((signal: Signal) => readonly Signal[]) => {
  const frozen = new Map<string, Set<string>>()
  const kept = new Map<string, Signal[]>()
  return (signal) => {
    if (signal.type === 'placed') {
      const { migration: cluster, process, state } = signal
      const here = frozen.get(cluster) ?? new Set()
      frozen.set(cluster, here)
      if (state === 'frozen') here.add(process)
      else here.delete(process)
      const free = here.size === 0 ? (kept.get(cluster) ?? []) : []
      if (free.length > 0) kept.delete(cluster)
      return [signal, ...free.map((one): Signal => ({ ...one, at: signal.at }))]
    }
    if (!('to' in signal) || signal.type === 'done') return [signal]
    const { migration: cluster } = signal.to
    if ((frozen.get(cluster)?.size ?? 0) === 0) return [signal]
    kept.set(cluster, [...(kept.get(cluster) ?? []), signal])
    return []
  }
}

/** Chips with processes that do wrong what only hardware and kernels do: by what is wrong. */
export const brokenKernels: Readonly<Record<string, BrokenKernel>> = {
  /** A process whose cluster has failed is told to nobody. */
  lossNotTold: {
    found: 'exactlyOneRuns',
    broken: alteredWorld(() => (signal) => (signal.type === 'placed' && signal.state === 'lost' ? [] : [signal]))
  },
  /** The signal to come to the scheduler reaches all cores but one. */
  oneThreadRunsOn: {
    found: 'frozenMeansStill',
    broken: alteredWorld(() => (signal) => [
      signal.type === 'threads' && signal.stopped > 0 ? { ...signal, running: 1, stopped: signal.stopped - 1 } : signal
    ])
  },
  /** A frame is not cleared for its next owner: who loads from it before storing finds what another has stored last. */
  frameNotCleared: {
    found: 'isolation',
    broken: (world) => ({
      ...world,
      signals: (ports) => {
        const stored: { readonly by: string; readonly word: number }[] = []
        const commands = ports.commands.pipe(
          tap(({ order, to }) => {
            if (order.type === 'poke') stored.push({ by: to.migration, word: order.word })
          })
        )
        const altered = alteredWorld(() => (signal) => {
          if (signal.type !== 'peeked' || signal.word !== 0) return [signal]
          const other = stored.findLast(({ by }) => by !== signal.to.migration)
          return [other === undefined ? signal : { ...signal, word: other.word }]
        })
        return altered(world).signals({ ...ports, commands })
      }
    })
  },
  /** A store that was under way when its process was frozen is forgotten: later loads give zeros. */
  storesForgotten: {
    found: 'memoryExact',
    broken: alteredWorld(() => {
      const moved = new Set<string>()
      return (signal) => {
        if (signal.type === 'placed' && signal.state === 'frozen') moved.add(signal.process)
        return [signal.type === 'peeked' && moved.has(signal.to.migration) ? { ...signal, word: 0 } : signal]
      }
    })
  },
  /** What has come for a process that has moved is kept where it was. */
  lettersKept: {
    found: 'messagesFollow',
    broken: alteredWorld(() => {
      const moved = new Set<string>()
      return (signal) => {
        if (signal.type === 'placed' && signal.state === 'left') moved.add(signal.process)
        const isKept = signal.type === 'arrived' && signal.by === 'mailbox' && signal.process !== undefined && moved.has(signal.process)
        return isKept ? [] : [signal]
      }
    })
  },
  /** A cluster admits more than fits into its memory. */
  memoryOvercommitted: {
    found: 'memoryFits',
    broken: withLess(({ frames, kernelPages }) => ({ frames: Math.floor(frames / 4), kernelPages: Math.floor(kernelPages / 4) }))
  },
  /** One frame of each process that has left stays taken. */
  frameKept: {
    found: 'resourcesComeBack',
    broken: alteredWorld(() => {
      const left = new Map<string, number>()
      return (signal) => {
        if (signal.type === 'placed' && signal.state === 'left') left.set(signal.migration, (left.get(signal.migration) ?? 0) + 1)
        return [signal.type === 'observed' ? { ...signal, freeFrames: signal.freeFrames - (left.get(signal.to.migration) ?? 0) } : signal]
      }
    })
  },
  /** The system's core is given to users too. */
  systemCoreGiven: { found: 'coresExclusive', broken: withLess(({ userCores }) => ({ userCores: userCores - 1 })) },
  /** Who freezes a process freezes the system's threads with it. */
  systemFrozenToo: { found: 'systemGoesOn', broken: alteredWorld(systemStopsToo) }
}
