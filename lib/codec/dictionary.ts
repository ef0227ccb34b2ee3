import { isRight } from 'fp-ts/lib/Either'
import * as t from 'io-ts'
import { isObject } from './closed'

/** An object whose keys are names (any strings) and whose values are all of one kind; written with its names in ascending order of code units. */
export const dictionary = <A>(codec: t.Type<A, unknown>): t.Type<Readonly<Record<string, A>>, unknown> =>
  new t.Type<Readonly<Record<string, A>>, unknown>(
    'an object',
    (u): u is Readonly<Record<string, A>> => isObject(u) && Object.values(u).every(codec.is),
    (u, context) => {
      if (!isObject(u)) return t.failure(u, context)
      const read: [string, A][] = []
      const errors: t.Errors = []
      for (const [name, value] of Object.entries(u)) {
        const result = codec.validate(value, t.appendContext(context, name, codec, value))
        if (isRight(result)) read.push([name, result.right])
        else errors.push(...result.left)
      }
      return errors.length > 0 ? t.failures(errors) : t.success(Object.fromEntries(read))
    },
    (value) =>
      Object.fromEntries(
        Object.keys(value)
          .sort()
          .map((name) => [name, codec.encode(value[name])])
      )
  )
