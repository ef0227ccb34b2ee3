import type { Observable } from 'rxjs'
import type { Seed } from '../random/random'
import type { Timeline } from '../time/timeline'
import type { Command } from './command'
import type { Data } from './data'
import type { GuestView } from './pipeline'
import type { Signal } from './signal'

/** What a world is given when it starts: the commands it must answer, the timeline it lives on, and the seed of its chances. */
export type Ports = { readonly commands: Observable<Command>; readonly timeline: Timeline; readonly seed: Seed }

/**
 * A function from commands to signals, with the guests it holds by migration name. `signals` is cold: each subscription is a world of its own. Every command is answered,
 * later or at once; failure is a signal, and the error channel means a bug. `description` goes into the journal's first entry.
 */
export type World = {
  readonly guests: Readonly<Record<string, GuestView>>
  readonly description: Data
  readonly signals: (ports: Ports) => Observable<Signal>
}
