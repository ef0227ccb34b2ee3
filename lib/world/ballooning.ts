import { Subscription } from 'rxjs'
import type { BalloonState, SelfBallooning } from '../memory/balloon'
import { ballooned, emptyBalloon } from '../memory/balloon'
import type { PageClasses } from '../memory/pageClasses'
import type { Timeline } from '../time/timeline'

/** What a self-ballooning guest is asked and told; `classes` as they are at that moment. @internal */
export type BallooningOptions = {
  readonly decide: SelfBallooning
  readonly timeline: Timeline
  readonly classes: () => PageClasses
  readonly set: (classes: PageClasses) => void
}

/**
 * A guest that balloons by itself on a timeline, whether it migrates or not, until unsubscribed. Pages that it took back from the balloon by writing to them
 * since the last look are the pressure that makes it back off. @internal
 */
export const ballooning = ({ decide, timeline, classes, set }: BallooningOptions): Subscription => {
  const timer = new Subscription()
  const turn = (state: BalloonState): void => {
    const now = classes()
    const held = now.size - now.hypervisor.count
    const input = {
      at: timeline.now(),
      freePages: now.free.count,
      cachePages: now.cache.count,
      pressure: Math.max(0, state.inflated - held)
    }
    const [decided, next] = decide({ ...state, inflated: held }, input)
    set(ballooned(decided)(now))
    timer.add(timeline.schedule(() => turn(next), Math.max(1, decided.nextAt - timeline.now())))
  }
  timer.add(timeline.schedule(() => turn(emptyBalloon)))
  return timer
}
