import * as t from 'io-ts'

/** A number as text of the command line, `1e9` or `10000`, that a codec of numbers accepts; the codec's name says what is expected. */
export const numberText = (codec: t.Type<number, number, unknown>): t.Type<number, unknown> =>
  new t.Type<number, unknown>(
    codec.name,
    codec.is,
    (u, context) => (typeof u === 'string' && u.trim() !== '' && codec.is(Number(u)) ? t.success(Number(u)) : t.failure(u, context)),
    String
  )
