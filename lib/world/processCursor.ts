import { type Stamped, stamped } from '../guest/stamped'
import type { Workload } from '../guest/workload'
import type { Key } from '../random/random'

/** What one thread does to memory, by its core time in nanoseconds: what it has done up to a time, and what it will. A kernel. @internal */
export type Cursor = {
  /** Does the accesses before a time of the thread, those that have not been done: `each` hears of writes. */
  readonly until: (ns: number, each: (page: number) => void) => void
  /** When the first access to such a page comes, of those that have not been done and come before a time. */
  readonly first: (before: number, isSuch: (page: number) => boolean) => number | undefined
  /** Goes to a time, also back, as a thread does whose state was saved then: accesses before it are done. */
  readonly seek: (ns: number) => void
}

/** The accesses of a virtual CPU of a workload. Cost: some nanoseconds an access, when somebody looks. @internal */
export const cursor = (workload: Workload, key: Key, vcpu: number): Cursor => {
  let source: Stamped = stamped(workload.open(key, vcpu))
  /** Accesses that have been looked at and not done, from `next` on. */
  let ahead: { readonly at: number; readonly access: number }[] = []
  let next = 0
  let done = 0
  const until = (ns: number, each: (page: number) => void): void => {
    done = Math.max(done, ns)
    for (; next < ahead.length && ahead[next].at < ns; next++) if ((ahead[next].access & 1) === 1) each(ahead[next].access >> 1)
    if (next < ahead.length) return
    ahead = []
    next = 0
    for (; source.at < ns; source.advance()) if ((source.access & 1) === 1) each(source.access >> 1)
  }
  return {
    until,
    first: (before, isSuch) => {
      for (; source.at < before; source.advance()) ahead.push({ at: source.at, access: source.access })
      for (let i = next; i < ahead.length && ahead[i].at < before; i++) if (isSuch(ahead[i].access >> 1)) return ahead[i].at
      return undefined
    },
    seek: (ns) => {
      if (ns < done) {
        source = stamped(workload.open(key, vcpu))
        ahead = []
        next = 0
        done = 0
      }
      until(ns, () => undefined)
    }
  }
}
