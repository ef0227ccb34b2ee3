import { type MonoTypeOperatorFunction, Observable, Subscriber } from 'rxjs'
import type { Entry } from '../lib/protocol/journal'
import { invariants as all } from './invariants/invariants'
import { type Breach, watcher } from './invariants/watcher'
import type { MonitorOptions } from './monitor'

/** `onBreach`: told of each breach, after the entry has been passed on; without it the first breach is an error. */
export type MonitoredOptions = MonitorOptions & { readonly onBreach?: (breach: Breach) => void }

/**
 * Entries passed through and watched. Without `onBreach`, the entry that breaks an invariant is passed on and followed by an error, which has the breach
 * as its `cause`, and the source is left; with it, the stream goes on.
 *
 *     entries                   --a--b--c--|
 *     monitored()               --a--(b#)           b breaks an invariant
 *     monitored({ onBreach })   --a--b--c--|        onBreach(...) once, at b
 *
 * Breaches of a journal's end are told when it completes, ahead of the completion. What `onBreach` throws goes to the error channel. State, memory and order are those of
 * `monitor`. Law: `onBreach` hears what `monitor` emits. Cost: see `watcher`.
 */
export const monitored = ({ invariants = all, onBreach }: MonitoredOptions = {}): MonoTypeOperatorFunction<Entry> => {
  const start = watcher(invariants)
  return (entries) =>
    new Observable<Entry>((observer) => {
      const watching = start()
      const report = (breaches: readonly Breach[]): void => {
        for (let i = 0; i < breaches.length && !observer.closed; i++) {
          if (onBreach === undefined) observer.error(broken(breaches[i]))
          else onBreach(breaches[i])
        }
      }
      const attempt = (act: () => void): void => {
        try {
          act()
        } catch (error) {
          observer.error(error)
        }
      }
      // Entries are judged ahead of being passed on, so that one which arrives meanwhile (a loop) is judged after them.
      const source = new Subscriber<Entry>({
        next: (entry) =>
          attempt(() => {
            const breaches = watching.see(entry)
            observer.next(entry)
            if (breaches.length > 0) report(breaches)
          }),
        error: (error: unknown) => observer.error(error),
        complete: () => {
          attempt(() => report(watching.end()))
          observer.complete()
        }
      })
      observer.add(source)
      entries.subscribe(source)
    })
}

const broken = (breach: Breach): Error => {
  const { invariant, sentence, violation } = breach
  const where = `entry ${violation.entry} at ${violation.at} ns, migration ${violation.migration}`
  return new Error(`monitored: ${invariant} is broken: ${sentence} At ${where}: ${violation.problem}`, { cause: breach })
}
