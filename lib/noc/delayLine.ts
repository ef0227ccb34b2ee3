/**
 * What is under way for a fixed number of cycles, `slots` of them at most (a power of two): entries by the cycle in which they come out, `entries[slot * room ...]`, as many
 * as `counts[slot]`. @internal
 */
export type DelayLine = { readonly entries: Int32Array; readonly counts: Int32Array; readonly room: number }

/** An empty line for up to `room` integers a cycle, and a pair more that is written without being counted. @internal */
export const delayLine = (slots: number, room: number): DelayLine => ({
  entries: new Int32Array(slots * (room + 2)),
  counts: new Int32Array(slots),
  room: room + 2
})
