import * as E from 'fp-ts/lib/Either'
import { check } from '../check'
import type { CheckOptions, Passed } from '../checkOptions'
import type { Counterexample } from '../counterexample'
import type { Invariant } from '../invariants/invariant'
import { invariants } from '../invariants/invariants'
import { type MuseumPlan, museumWorldOf } from './museumWorlds'
import type { Piece, PieceVersion } from './piece'

/** `seed`: of the worlds (default 1). `rightRuns`: in how many worlds the right version is tried (default 100). */
export type VisitOptions = { readonly seed?: number; readonly rightRuns?: number }

/** What a piece shows: the counterexample of its wrong version, or that none was found; and that of its right version, or that it passed. */
export type Visit = {
  readonly piece: Piece
  readonly wrong: E.Either<Counterexample, Passed>
  readonly right: E.Either<Counterexample, Passed>
  /** Whether it is as it should be: the wrong version caught by the invariant that the piece names, within its budget, and the right one not at all. */
  readonly holds: boolean
}

/** Tries both versions of a piece. Law: `visit` holds of every piece of the museum. Cost: some hundred small runs. */
export const visit = (piece: Piece, { seed = 1, rightRuns = 100 }: VisitOptions = {}): Visit => {
  const wrong = checkVersion(piece, 'wrong', { seed })
  const right = checkVersion(piece, 'right', { seed, runs: rightRuns })
  return { piece, wrong, right, holds: E.isLeft(wrong) && wrong.left.invariant === piece.invariant && E.isRight(right) }
}

/** Checks one version of a piece in its worlds: a counterexample, or that there was none. */
export const checkVersion = (piece: Piece, which: 'right' | 'wrong', options: CheckOptions = {}): E.Either<Counterexample, Passed> => {
  const { pipeline, engine }: PieceVersion = piece[which]
  return check(
    { name: `${piece.id}, ${which}`, pipeline },
    {
      seed: 1,
      runs: piece.budget,
      ...options,
      worlds: piece.worlds,
      world: (plan) => museumWorldOf(engine?.())(plan as MuseumPlan),
      invariants: which === 'right' ? [...(piece.rules ?? []), ...invariants] : namedBy(piece)
    }
  )
}

/** The invariant that the piece names: others may notice the error too, and the search is for what this one tells of it. */
const namedBy = ({ invariant, rules = [] }: Piece): readonly Invariant[] =>
  [...rules, ...invariants].filter(({ name }) => name === invariant)
