import type { SwarmName } from './swarms'

/** What kind of mistake a mutation is: the protocol's own ways to go wrong. */
export type Kind =
  | 'a page dropped'
  | 'a sync skipped or repeated'
  | 'two steps in the wrong order'
  | 'ownership passes at the wrong time'
  | 'split brain'
  | 'cleared at the wrong time'
  | 'off by one'
  | 'the wrong lane or address'
  | 'an acknowledgement lost'
  | 'stale pages kept'
  | 'placed or sent wrongly'
  | 'a clock'
  | 'a failure taken for something else'
  | 'left behind'
  | 'a flit lost or doubled'
  | 'a credit lost or doubled'
  | 'a flit overtaken'
  | 'two packets in one channel'
  | 'a ring of channels'

/** A piece of a shipped brick's source and what stands there in the mutant. The piece occurs exactly once in its file. */
export type Edit = { readonly file: string; readonly find: string; readonly put: string }

/**
 * A deliberate mistake in a shipped brick. `mistake`: what somebody got wrong, in a sentence. `swarms`: the shipped pipelines that use the brick, each checked in
 * `runs` worlds (default 1,000). `equivalent`: why no run can tell the mutant from the brick; such a mutation is not counted.
 */
export type Mutation = {
  readonly name: string
  readonly kind: Kind
  readonly mistake: string
  readonly edits: readonly Edit[]
  readonly swarms: readonly SwarmName[]
  readonly runs?: number
  readonly equivalent?: string
}

/** How often a piece occurs in a text. */
export const occurrences = (text: string, piece: string): number => text.split(piece).length - 1

/** A file's text with the mutation's edits of that file made in their order. Throws `RangeError` unless each piece occurs exactly once when its turn comes. */
export const mutated = ({ name, edits }: Mutation, file: string, text: string): string =>
  edits
    .filter((edit) => edit.file === file)
    .reduce((before, { find, put }) => {
      const n = occurrences(before, find)
      if (n !== 1) throw new RangeError(`mutated: the text of ${name} must occur once in ${file} (got ${n} times): ${find}`)
      // A function, so that no `$&` of the replacement means anything.
      return before.replace(find, () => put)
    }, text)
