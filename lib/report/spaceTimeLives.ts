import type { Order, Where } from '../protocol/command'
import type { Entry } from '../protocol/journal'

/** What is known to be at a host: a guest that runs, a copy that stands still, nothing, or the host is gone. */
export type GuestLife = 'runs' | 'still' | 'nothing' | 'gone'

/** What is known of both hosts and the link after an entry; `primary`: whose copy counts; `hop`: the latest preselection began another hop. */
export type GuestLives = {
  readonly source: { readonly life: GuestLife; readonly primary: boolean }
  readonly target: { readonly life: GuestLife; readonly primary: boolean }
  readonly link: boolean
  readonly hop: boolean
}

/** Before the first entry: the guest runs at the source, and nothing is at the target. @internal */
export const livesAtFirst: GuestLives = {
  source: { life: 'runs', primary: true },
  target: { life: 'nothing', primary: false },
  link: true,
  hop: false
}

/**
 * What is known after an entry: the oracle says who runs and whose copy counts; a copy is at the target from its reservation (or the first pages) on and until
 * it gives up, at the source until it lets go. After a completed release a preselection begins the next hop. `asked`: the order that the entry answers. @internal
 */
export const livesAfter = (lives: GuestLives, entry: Entry, asked: Order | undefined): GuestLives => {
  if (entry.type === 'commanded') {
    if (entry.command.order.type !== 'preselect') return lives
    return lives.source.life === 'nothing' ? { ...livesAtFirst, link: lives.link, hop: true } : { ...lives, hop: false }
  }
  if (entry.type !== 'signalled') return lives
  const { signal } = entry
  switch (signal.type) {
    case 'hosts':
      return both(lives, (where) => ({
        life: lifeAmong(lives[where].life, signal.running.includes(where), where === signal.primary),
        primary: where === signal.primary
      }))
    case 'failed':
      return signal.what === 'link' ? { ...lives, link: false } : { ...lives, [signal.what]: { ...lives[signal.what], life: 'gone' } }
    case 'mended':
      return { ...lives, link: true }
    case 'reserved':
    case 'sent':
      return lives.target.life === 'nothing' ? { ...lives, target: { ...lives.target, life: 'still' } } : lives
    case 'released':
      return lives.source.life === 'gone' ? lives : { ...lives, source: { ...lives.source, life: 'nothing' } }
    case 'done':
      return asked?.type === 'abandon' && lives.target.life === 'still' ? { ...lives, target: { ...lives.target, life: 'nothing' } } : lives
    default:
      return lives
  }
}

const both = (lives: GuestLives, of: (where: Where) => GuestLives['source']): GuestLives => ({
  ...lives,
  source: of('source'),
  target: of('target')
})

const lifeAmong = (before: GuestLife, runs: boolean, primary: boolean): GuestLife => {
  if (runs) return 'runs'
  return before === 'runs' || (before === 'nothing' && primary) ? 'still' : before
}
