import { draw, type Key } from '../../lib/random/random'

/** Draws of one stream in order: from 0 to 1, evenly between two figures or their logarithms, yes or no, and one of several. */
export type Chances = {
  readonly chance: () => number
  readonly between: (from: number, to: number) => number
  readonly scaled: (from: number, to: number) => number
  readonly half: () => boolean
  readonly one: <A>(...options: readonly A[]) => A
}

/** The draws of a stream, from its `from`-th on. */
export const chances = (stream: Key, from = 0): Chances => {
  let drawn = from
  const chance = (): number => draw(stream, drawn++) / 2 ** 32
  return {
    chance,
    between: (from, to) => from + (to - from) * chance(),
    scaled: (from, to) => from * (to / from) ** chance(),
    half: () => chance() < 0.5,
    one: (...options) => options[Math.floor(chance() * options.length)]
  }
}
