import { isRight } from 'fp-ts/lib/Either'
import * as t from 'io-ts'
import { type Closed, isObject } from './closed'

type Tagged = { readonly type: string }

/** What stands beside the tag in the variant `K` of a union. */
export type Beside<A extends Tagged, K> = A extends Tagged ? (K extends A['type'] ? Omit<A, 'type'> : never) : never

/**
 * A union of objects told apart by `type`: the codec of each variant reads and writes what stands beside the tag. An unknown tag is one problem that lists the
 * known ones, and a damaged variant is reported by its own codec alone (an io-ts union would report every variant). The tag is written first.
 * A variant or a field without a codec does not compile.
 */
export const tagged = <A extends Tagged>(
  variants: {
    readonly [K in A['type']]: Closed<Beside<A, K>, keyof Beside<A, K>>
  }
): t.Type<A, unknown> => {
  const codecs = new Map<unknown, t.Type<unknown, unknown>>(Object.entries(variants))
  const tag = new t.Type<string>(
    `one of ${[...codecs.keys()].map((key) => JSON.stringify(key)).join(', ')}`,
    (u): u is string => codecs.has(u),
    (u, context) => (codecs.has(u) ? t.success(u as string) : t.failure(u, context)),
    t.identity
  )
  return new t.Type<A, unknown>(
    'an object',
    (u): u is A => isObject(u) && (codecs.get(u.type)?.is(u) ?? false),
    (u, context) => {
      if (!isObject(u)) return t.failure(u, context)
      const codec = codecs.get(u.type)
      if (codec === undefined) return t.failure(u.type, t.appendContext(context, 'type', tag, u.type))
      const { type, ...beside } = u
      const result = codec.validate(beside, context)
      return isRight(result) ? t.success({ type, ...(result.right as object) } as A) : result
    },
    (value) => ({ type: value.type, ...(codecs.get(value.type)!.encode(value) as object) })
  )
}
