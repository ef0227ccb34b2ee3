import * as pageSet from '../../lib/memory/pageSet'
import type { DirtyLog, Writer } from '../../lib/world/engine'

/** A dirty log as a state of plain data and what changes it; `sync` reads and clears, and answers page numbers. */
export type LogKernel<S> = {
  readonly name: string
  readonly empty: (pages: number) => S
  readonly wrote: (state: S, pages: readonly number[], by: Writer) => void
  readonly mapped?: (state: S, pages: readonly number[]) => void
  readonly stopped?: (state: S) => void
  readonly sync: (state: S) => readonly number[]
}

/** The kind of dirty log that a kernel is: its state is copied and keyed as the plain data that it is. */
export const logOf = <S>(kernel: LogKernel<S>): DirtyLog => {
  const { name, empty, wrote, mapped, stopped, sync } = kernel
  const at = (state: S, pages: number): ReturnType<DirtyLog['open']> => ({
    wrote: (list, by) => wrote(state, list, by),
    mapped: (list) => mapped?.(state, list),
    stopped: () => stopped?.(state),
    sync: () => pageSet.fromPages(pages, sync(state)),
    copy: () => at(structuredClone(state), pages),
    key: () => JSON.stringify(state)
  })
  return { name, open: (pages) => at(empty(pages), pages) }
}

/** Takes out of an array of marks those that are set: their indexes, and nothing is marked any more. */
export const taken = (marks: boolean[]): readonly number[] => {
  const set = marks.flatMap((mark, i) => (mark ? [i] : []))
  marks.fill(false)
  return set
}

/** Marks for so many pages, none set. */
export const unmarked = (pages: number): boolean[] => new Array<boolean>(pages).fill(false)
