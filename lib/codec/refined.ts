import * as t from 'io-ts'

/** A codec for the values that pass a test and are written as they are; `name` reads as a noun in error messages: «an integer >= 0». */
export const refined = <A>(name: string, is: (u: unknown) => u is A): t.Type<A, A, unknown> =>
  new t.Type(name, is, (u, context) => (is(u) ? t.success(u) : t.failure(u, context)), t.identity)
