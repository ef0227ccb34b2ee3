import { Observable, type OperatorFunction } from 'rxjs'
import type { Time } from '../time/time'
import type { WatchedSlot } from './watchedHotspots'

/**
 * A hotspot over the slots in which it stood, one after the other: whose, of which resource; since the slot that began at `since` until that which began at `until`, which is the first without it (`undefined` while it goes on). How many of the last n slots were above the threshold, the value and the prediction, each
 * where it was highest.
 */
export type HotspotSpell = {
  readonly name: string
  readonly resource: string
  readonly since: Time
  readonly until?: Time
  readonly slots: number
  readonly above: number
  readonly n: number
  readonly value: number
  readonly predicted: number
}

/** What happens to a hotspot: it begins, it ends, or the stream ends while it goes on (`lasts`). */
export type SpellEvent = { readonly type: 'begins' | 'ends' | 'lasts'; readonly spell: HotspotSpell }

/**
 * The hotspots of slots as spells of time: each begins and ends, or lasts at completion. Several resources may be in one stream, each with its own slots in order. What ends at a slot is told before what begins there; both in the order of names in the slot, ends in the order in which they
 * began. The state is born with each subscription. Cost: O(hotspots) a slot.
 */
export const hotspotSpells = (): OperatorFunction<WatchedSlot, SpellEvent> => (slots) =>
  new Observable((observer) => {
    const open = new Map<string, Map<string, HotspotSpell>>()
    return slots.subscribe({
      next: ({ at, resource, hotspots }) => {
        const before = open.get(resource) ?? new Map<string, HotspotSpell>()
        const now = new Set(hotspots.map(({ name }) => name))
        for (const [name, spell] of before)
          if (!now.has(name)) {
            before.delete(name)
            observer.next({ type: 'ends', spell: { ...spell, until: at } })
          }
        for (const { name, value, above, n, predicted } of hotspots) {
          const spell = before.get(name)
          const first: HotspotSpell = { name, resource, since: at, slots: 1, above, n, value, predicted }
          before.set(name, spell === undefined ? first : longer(spell, first))
          if (spell === undefined) observer.next({ type: 'begins', spell: first })
        }
        open.set(resource, before)
      },
      error: (error: unknown) => observer.error(error),
      complete: () => {
        for (const spells of open.values()) for (const spell of spells.values()) observer.next({ type: 'lasts', spell })
        observer.complete()
      }
    })
  })

const longer = (spell: HotspotSpell, { above, value, predicted }: HotspotSpell): HotspotSpell => ({
  ...spell,
  slots: spell.slots + 1,
  above: Math.max(spell.above, above),
  value: Math.max(spell.value, value),
  predicted: Math.max(spell.predicted, predicted)
})
