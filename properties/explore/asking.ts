import type { Choose } from './scope'

/** Decisions as an exploration gives them: `choose` answers as told by `answer`, then `false`; `count` is how often it was asked since. */
export type Asking = { readonly choose: Choose; readonly answer: (next: readonly boolean[]) => void; readonly count: () => number }

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
    count: () => count
  }
}
