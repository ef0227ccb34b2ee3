import { Observable, type Subscription } from 'rxjs'
import * as pageSequence from '../memory/pageSequence'
import * as pageSet from '../memory/pageSet'
import type { Command } from '../protocol/command'
import type { Entry } from '../protocol/journal'
import type { Signal } from '../protocol/signal'
import { migrationOf } from '../protocol/signal'
import type { World } from '../protocol/world'

/**
 * A recorded journal as a world: it has the recorded guests and description, expects the recorded commands, in their order, of each migration, and says what
 * was said, when it was said. So a pipeline can be run again without the world that it met, changed, or debugged.
 *
 * A command that is not the recorded one is answered `refused`, with the entry's number (from 0), what was expected and what came; from then on the recording
 * no longer tells what would have happened, so that migration hears nothing more of it, and each further command is refused likewise.
 *
 * Law: the journal of the same pipelines in `replay(journal)`, under the recorded seed, is `journal`, to the byte. Throws `RangeError` when the entries do
 * not begin with `began`. Cost: O(entries).
 */
export const replay = (entries: readonly Entry[]): World => {
  const [first] = entries
  if (first?.type !== 'began') throw new RangeError(`replay: the first entry must be began (got ${first?.type ?? 'no entry'})`)
  return {
    guests: first.guests,
    description: first.world,
    signals: ({ commands, timeline }) =>
      new Observable<Signal>((subscriber) => {
        const expected = recordedCommands(entries)
        const received = new Set<number>()
        const strayed = new Map<string, string>()
        const pending = new Set<Subscription>()
        let place = 0
        let told = true
        const later = (at: number, work: () => void): void => {
          const one = timeline.schedule(
            () => {
              pending.delete(one)
              work()
            },
            Math.max(0, at - timeline.now())
          )
          pending.add(one)
        }
        /**
         * Goes on to the next recorded signal, and tells it in its time; waits at a command that has not come yet, which it may be the answer to. What was said at this
         * instant is said at once, ahead of a pipeline that is still to begin.
         */
        const proceed = (): void => {
          while (told && place < entries.length) {
            const entry = entries[place]
            if (entry.type === 'commanded' && !received.has(place) && !strayed.has(entry.command.to.migration)) return
            place++
            if (entry.type !== 'signalled') continue
            told = false
            if (entry.at === timeline.now()) speak(entry.signal)
            else
              later(entry.at, () => {
                speak(entry.signal)
                proceed()
              })
          }
        }
        const speak = (signal: Signal): void => {
          if (!strayed.has(migrationOf(signal))) subscriber.next(signal)
          told = true
        }
        const obey = (command: Command): void => {
          const { migration } = command.to
          const next = expected.get(migration)?.shift()
          const reason = strayed.get(migration) ?? difference(command, next)
          if (reason === undefined) received.add(next!.entry)
          else {
            strayed.set(migration, reason)
            later(timeline.now(), () => subscriber.next({ type: 'refused', reason, to: command.to, at: timeline.now() }))
          }
          proceed()
        }
        subscriber.add(() => {
          for (const one of pending) one.unsubscribe()
        })
        subscriber.add(commands.subscribe(obey))
        proceed()
      })
  }
}

type Expected = { readonly entry: number; readonly command: Command }

const recordedCommands = (entries: readonly Entry[]): ReadonlyMap<string, Expected[]> => {
  const expected = new Map<string, Expected[]>()
  entries.forEach((entry, number) => {
    if (entry.type !== 'commanded') return
    const { migration } = entry.command.to
    const known = expected.get(migration)
    if (known === undefined) expected.set(migration, [{ entry: number, command: entry.command }])
    else known.push({ entry: number, command: entry.command })
  })
  return expected
}

/** Why a command is not the one recorded; `undefined` when it is. */
const difference = (got: Command, expected: Expected | undefined): string | undefined => {
  if (expected === undefined) return `the recording has no further command (got ${text(got)})`
  return same(got, expected.command) ? undefined : `entry ${expected.entry}: expected ${text(expected.command)}, got ${text(got)}`
}

/** Deep equality of plain values, in which an absent field and an undefined one are the same; page sets and sequences by their pages. */
const same = (a: unknown, b: unknown): boolean => {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (pageSet.isPageSet(a)) return pageSet.isPageSet(b) && pageSet.equals(a, b)
  if (pageSequence.isPageSequence(a)) return pageSequence.isPageSequence(b) && same(pageSequence.toArray(a), pageSequence.toArray(b))
  const [of, other] = [a as Readonly<Record<string, unknown>>, b as Readonly<Record<string, unknown>>]
  return [...new Set([...Object.keys(of), ...Object.keys(other)])].every((name) => same(of[name], other[name]))
}

const text = ({ order, to }: Command): string => {
  const fields = Object.entries(order).filter(([name, value]) => name !== 'type' && value !== undefined)
  const shown = fields.map(([name, value]) => ` ${name} ${valueText(value)}`).join('')
  return `${order.type}${shown} of ${to.migration}${to.lane === '' ? '' : `, lane ${to.lane}`}, number ${to.n}`
}

const valueText = (value: unknown): string => {
  if (pageSet.isPageSet(value)) return pageSet.show.show(value)
  if (pageSequence.isPageSequence(value)) return `[${pageSequence.toArray(value).slice(0, 10).join(', ')}]`
  if (typeof value !== 'object' || value === null) return String(value)
  return JSON.stringify(value, (_, one) => (typeof one === 'bigint' ? `0x${one.toString(16)}` : one))
}
