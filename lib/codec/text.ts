import * as t from 'io-ts'
import { refined } from './refined'

/** A string. */
export const text = refined('a string', t.string.is)

/** `true` or `false`. */
export const yesNo = refined('true or false', t.boolean.is)

/** A list of strings. */
export const texts = t.readonlyArray(text, 'a list of strings')

/** One of these strings. */
export const oneOf = <K extends string>(...words: readonly K[]) =>
  refined(words.map((word) => JSON.stringify(word)).join(' or '), (u): u is K => words.some((word) => word === u))
