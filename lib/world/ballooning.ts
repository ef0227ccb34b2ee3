import { Subscription } from 'rxjs'
import type { BalloonState, SelfBallooning } from '../memory/balloon'
import { ballooned, emptyBalloon } from '../memory/balloon'
import type { PageClasses } from '../memory/pageClasses'
import type { Agenda } from './agenda'

/** What a self-ballooning guest is asked and told; `classes` as they are at that moment. @internal */
export type BallooningOptions = {
  readonly decide: SelfBallooning
  readonly agenda: Agenda
  readonly classes: () => PageClasses
  readonly set: (classes: PageClasses) => void
}

/**
 * A guest that balloons by itself on an agenda, whether it migrates or not, until unsubscribed. Pages that it took back from the balloon by writing to them
 * since the last look are the pressure that makes it back off. @internal
 */
export const ballooning = ({ decide, agenda, classes, set }: BallooningOptions): Subscription => {
  const timer = new Subscription()
  const turn = (state: BalloonState): void => {
    const now = classes()
    const held = now.size - now.hypervisor.count
    const input = {
      at: agenda.now(),
      freePages: now.free.count,
      cachePages: now.cache.count,
      pressure: Math.max(0, state.inflated - held)
    }
    const [decided, next] = decide({ ...state, inflated: held }, input)
    set(ballooned(decided)(now))
    timer.add(agenda.schedule(() => turn(next), Math.max(1, decided.nextAt - agenda.now())))
  }
  timer.add(agenda.schedule(() => turn(emptyBalloon), 0))
  return timer
}
