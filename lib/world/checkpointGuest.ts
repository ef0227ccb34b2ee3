import { type Guest, needed } from '../guest/guest'
import type { HostCosts } from '../guest/hostCosts'
import { speed } from '../guest/hostCosts'
import * as bitmap from '../memory/bitmap'
import { level } from '../memory/pageClasses'
import type { PageSet } from '../memory/pageSet'
import * as pageSet from '../memory/pageSet'
import type { Link } from '../network/link'
import type { Level } from '../protocol/command'
import type { Answer } from '../protocol/signal'
import type { Key } from '../random/random'
import type { Time } from '../time/time'
import type { Assembly } from './assembly'
import { type Execution, execution, type Progress } from './execution'
import type { Fidelity, Hosts } from './hosts'
import * as hosts from './hosts'
import { fold } from './hostsSource'
import { type Image, neededOf, type Point } from './image'

/** A guest on a host of its own, of which images are made: what it runs, and what of it can be read. A kernel. @internal */
export type CheckpointGuest = {
  readonly hosts: () => Hosts
  readonly isRunning: () => boolean
  readonly guestNs: () => number
  /** Makes its accesses up to now; answers whether its program is found to have ended. */
  readonly look: () => boolean
  readonly stop: () => void
  readonly start: () => void
  /** It stands still for so long, if it runs. */
  readonly hold: (ns: Time) => void
  readonly setThrottle: (fraction: number) => void
  readonly pin: (cores: number | null) => void
  /** So many senders share its host with it. */
  readonly setSenders: (senders: number) => void
  /** Its dirty log on or off; answers what was written before that nobody logged. */
  readonly track: (on: boolean) => PageSet
  /** What was written since the last time, and whether the log was on. */
  readonly fold: () => { readonly dirty: PageSet; readonly tracked: boolean }
  readonly select: (of: Level) => Extract<Answer, { readonly type: 'selected' }>
  /** What an image of it now would have to be. */
  readonly point: () => Point
  /** It is what the image says, on another host. */
  readonly becomes: (image: Image, memory: Assembly) => void
}

/** See `CheckpointGuest`. It runs from now on. @internal */
export const checkpointGuest = (options: {
  readonly guest: Guest
  readonly link: Link
  readonly costs: HostCosts
  readonly fidelity: Fidelity
  readonly batchAccesses: number
  readonly key: Key
  readonly now: () => Time
}): CheckpointGuest => {
  const { guest, link, costs, fidelity, now } = options
  let h: Hosts = hosts.hosts({ guest, costs, link, fidelity })
  let exec = executing()
  let running = true
  let exited = false
  let load = { senders: 0, throttle: 0, pinned: undefined as number | undefined }

  function executing(from?: readonly Progress[]): Execution {
    return execution({
      workload: guest.workload,
      key: options.key,
      batchAccesses: options.batchAccesses,
      from,
      port: {
        apply: (accesses, n) => hosts.apply(h, accesses, n),
        marks: () => hosts.marksOf(h),
        touch: (access) => hosts.touch(h, access),
        isTrapped: () => false,
        onFault: () => undefined
      }
    })
  }
  const pace = (change: Partial<typeof load> = {}): void => {
    load = { ...load, ...change }
    exec.setSpeed(now(), speed(costs, { vcpus: guest.workload.vcpus, useful: guest.usefulCores, ...load }))
    exec.setCareful(now(), h.tracking && (costs.firstWriteNs > 0 || costs.hugePageSplitNs > 0))
  }
  const needNow = (): PageSet => {
    const all = level(hosts.classesOf(h), needed(guest))
    if (h.exact !== undefined || h.zero.count === 0) return all
    return neededOf(all, pageSet.difference(bitmap.snapshot(h.zero), bitmap.snapshot(h.marks)))
  }

  exec.start(now())
  pace()

  return {
    hosts: () => h,
    isRunning: () => running,
    guestNs: () => exec.guestNs(now()),
    look: () => {
      exec.advance(now())
      if (exited || !exec.hasExited()) return false
      exited = true
      return true
    },
    stop: () => {
      exec.stop(now())
      running = false
      h.atSource = false
    },
    start: () => {
      running = true
      h.atSource = true
      exec.start(now())
    },
    hold: (ns) => exec.hold(now(), ns),
    setThrottle: (throttle) => pace({ throttle }),
    pin: (cores) => pace({ pinned: cores ?? undefined }),
    setSenders: (senders) => pace({ senders }),
    track: (on) => {
      const unlogged = on && !h.tracking ? fold(h) : pageSet.empty(guest.pages)
      hosts.track(h, on)
      pace()
      return unlogged
    },
    fold: () => ({ tracked: h.tracking, dirty: fold(h) }),
    select: (of) => {
      const classes = hosts.classesOf(h)
      const pages = level(classes, of)
      return { type: 'selected', pages, nonPageable: pageSet.intersection(classes.nonPageable, pages) }
    },
    point: () => ({
      guestNs: exec.guestNs(now()),
      progress: exec.progress(),
      classes: hosts.classesOf(h),
      needed: needNow(),
      memory: h.exact && { ...h.exact.source, words: h.exact.source.words.slice() }
    }),
    becomes: ({ point }, { memory }) => {
      h = hosts.hosts({ guest, costs, link, fidelity })
      h.classes = point!.classes
      if (h.exact !== undefined) h.exact.source = memory!
      exec = executing(point!.progress)
      exited = false
      running = true
      pace({ throttle: 0, pinned: undefined })
      exec.start(now())
    }
  }
}
