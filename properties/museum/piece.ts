import type * as fc from 'fast-check'
import type { Pipeline } from '../../lib/protocol/pipeline'
import type { Engine } from '../../lib/world/engine'
import type { Invariant } from '../invariants/invariant'
import type { MuseumPlan } from './museumWorlds'

/** Where an error happened: the project or the paper, when it was corrected (or printed) as far as is known, and the commits or the place in print. */
export type PieceReference = { readonly project: string; readonly date?: string; readonly of: readonly string[] }

/** A brick as it is wrong, or as it is right: its rule in a sentence, the migration it is part of, and the engine's parts of its world (new ones for each world). */
export type PieceVersion = { readonly rule: string; readonly pipeline: Pipeline; readonly engine?: () => Engine }

/**
 * A piece of the museum: an error that was made, as a wrong brick beside the right one.
 *
 * - `story`: the error in a sentence or two. `invariant`: the name of the one that must catch it. `budget`: within how many runs.
 * - `worlds`: in which worlds both are tried. `rules`: invariants of this piece's own, besides the kit's.
 */
export type Piece = {
  readonly id: string
  readonly name: string
  readonly reference: PieceReference
  readonly story: string
  readonly wrong: PieceVersion
  readonly right: PieceVersion
  readonly invariant: string
  readonly rules?: readonly Invariant[]
  readonly budget: number
  readonly worlds: fc.Arbitrary<MuseumPlan>
}
