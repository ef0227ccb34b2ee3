import type { PageSequence } from '../memory/pageSequence'
import type { PageSet } from '../memory/pageSet'

/**
 * What a phase may remember and a journal may hold: plain values and page sets, nothing that runs. A state explorer keys on it, so everything that can
 * influence a phase's future belongs here.
 */
export type Data =
  | null
  | undefined
  | boolean
  | number
  | string
  | PageSet
  | PageSequence
  | readonly Data[]
  | { readonly [key: string]: Data }
