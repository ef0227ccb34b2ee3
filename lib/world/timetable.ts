import type { Time } from '../time/time'
import type { Leg } from './conduct'

/**
 * When everything of one migration comes, one by one, in place of what its link and its hosts would take; what is not in it never comes. A path that a state explorer
 * found is run again by one: any order of events that lanes allow is some link's and some hosts' doing. `errands`: when a leg of the errand of a command ends (by the
 * command's number), `back` of a `flush` being its acknowledgement. `pages`: when what a lane sends, in its order, has left and when it arrives. `notices`: when the
 * source hears of each fault. `loads`: when the target has put in the state of devices, by its arrivals; `looks`: when the source tells how far it is. What takes no time (a dirty log's reading where `syncNs` is 0) is not in it.
 */
export type Timetable = {
  readonly errands: readonly { readonly n: number; readonly leg: Leg; readonly at: Time }[]
  readonly pages: Readonly<Record<string, readonly { readonly leaves?: Time; readonly arrives?: Time }[]>>
  readonly notices: readonly (Time | null)[]
  readonly loads?: readonly (Time | null)[]
  readonly looks?: readonly Time[]
}

/** One migration's timetable as it is gone through; Infinity is never. @internal */
export type Times = {
  readonly errand: (n: number, leg: Leg) => Time
  /** Of the next batch of a lane. */
  readonly page: (lane: string) => { readonly leaves: Time; readonly arrives: Time }
  readonly notice: () => Time
  readonly load: () => Time
  readonly looks: readonly Time[]
}

/** See `Times`. A kernel. @internal */
export const times = ({ errands, pages, notices, loads = [], looks = [] }: Timetable): Times => {
  const ofErrands = new Map(errands.map(({ n, leg, at }) => [`${n} ${leg}`, at]))
  const sent = new Map<string, number>()
  let noticed = 0
  let loaded = 0
  return {
    errand: (n, leg) => ofErrands.get(`${n} ${leg}`) ?? Infinity,
    page: (lane) => {
      const nth = sent.get(lane) ?? 0
      sent.set(lane, nth + 1)
      const { leaves = Infinity, arrives = Infinity } = pages[lane]?.[nth] ?? {}
      return { leaves, arrives }
    },
    notice: () => notices[noticed++] ?? Infinity,
    load: () => loads[loaded++] ?? Infinity,
    looks
  }
}
