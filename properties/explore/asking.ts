import type { Choose } from './scope'

/**
 * Decisions as an exploration gives them: `choose` answers as told by `answer`, then `false`; `count` is how often it was asked since. What is asked while `aside`
 * runs is answered `false` and is not counted.
 */
export type Asking = {
  readonly choose: Choose
  readonly answer: (next: readonly boolean[]) => void
  readonly count: () => number
  readonly aside: <A>(look: () => A) => A
}

/** See `Asking`. */
export const asking = (): Asking => {
  let answers: readonly boolean[] = []
  let count = 0
  return {
    choose: () => answers[count++] ?? false,
    answer: (next) => {
      answers = next
      count = 0
    },
    count: () => count,
    aside: (look) => {
      const before = [answers, count] as const
      answers = []
      const seen = look()
      ;[answers, count] = before
      return seen
    }
  }
}
