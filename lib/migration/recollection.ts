import type { Data } from '../protocol/data'
import type { Pushed } from './round'

/**
 * What a rule needs to remember of the rounds beyond what `Pushed` tells of the last two: a fold over the rounds, whose value the push keeps and every rule may
 * read. `step` is asked once after each round, before the rules are, with what it was; it must be pure, and its value should not grow without bound.
 *
 *     rounds   1 ------- 2 ------- 3 ---
 *     value    start ->  step  ->  step  -> step
 */
export type Recollection<S extends Data = Data> = {
  readonly name: string
  readonly start: S
  step(before: S, pushed: Pushed): S
}

/** The value that a recollection has come to; its start where the push was not told to keep it. */
export const recalled = <S extends Data>({ name, start }: Recollection<S>, { noted }: Pushed): S =>
  noted !== undefined && name in noted ? (noted[name] as S) : start

/** The values of all recollections after one more round; `undefined` where there are none. @internal */
export const recollect = (
  recollections: readonly Recollection[],
  before: Readonly<Record<string, Data>> | undefined,
  pushed: Pushed
): Readonly<Record<string, Data>> | undefined =>
  recollections.length === 0
    ? undefined
    : Object.fromEntries(recollections.map((one) => [one.name, one.step(before?.[one.name] ?? one.start, pushed)]))
