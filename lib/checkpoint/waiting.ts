import type { Step } from '../protocol/phase'
import { answers, asked, awaiting, done } from '../protocol/phase'
import type { Signal } from '../protocol/signal'

/** How a wait ended: at `at`, by its time or because something `cut` it short. */
export type Waited = { readonly at: number; readonly cut: boolean }

const WAKE = 0
const CANCEL = 1

/** A time that passes, or that `wound` (or a signal of which `until` holds) cuts short; its timer is taken back then. */
export const waiting = (afterNs: number, until: (signal: Signal) => boolean = never): Step<Waited> =>
  awaiting([asked({ type: 'wake', afterNs }, WAKE)], 'waiting', afterNs, (signal) => {
    if (answers(signal, WAKE)) return done({ at: signal.at, cut: false })
    return signal.type === 'wound' || until(signal) ? takingBack(false, false, [asked({ type: 'cancel', tag: WAKE }, CANCEL)]) : undefined
  })

const takingBack = (woken: boolean, cancelled: boolean, requests: Step<Waited>['requests'] = []): Step<Waited> =>
  awaiting(requests, 'taking back', [woken, cancelled], (signal) => {
    const [wokenNow, cancelledNow] = [woken || answers(signal, WAKE), cancelled || answers(signal, CANCEL)]
    if (wokenNow === woken && cancelledNow === cancelled) return undefined
    return wokenNow && cancelledNow ? done({ at: signal.at, cut: true }) : takingBack(wokenNow, cancelledNow)
  })

const never = (): boolean => false
