import { type Either, isRight } from 'fp-ts/lib/Either'
import * as t from 'io-ts'

type Codecs = Readonly<Record<string, t.Mixed>>
type Fields<R extends Codecs, O extends Codecs> = { readonly [K in keyof R]: t.TypeOf<R[K]> } & {
  readonly [K in keyof O]?: t.TypeOf<O[K]>
}

/** A codec that knows its fields: `covers` is there for the compiler, which then refuses a union's codec that has forgotten an optional field. */
export type Closed<A, K> = t.Type<A, unknown> & { readonly covers: (key: K) => boolean }

/**
 * An object of exactly these fields: all of the required ones, any of the optional ones, and no other; an unknown field is a problem that names it and
 * lists the known ones. Written with its fields in the order of declaration, the required ones first; an optional field that is `undefined` is left out.
 *
 *     closed({ bytesPerSecond: positive }, { latencyNs: nonNegativeInteger })
 */
export const closed = <R extends Codecs, O extends Codecs = Readonly<Record<never, never>>>(
  required: R,
  optional: O = {} as O
): Closed<Fields<R, O>, keyof R | keyof O> => {
  const fields: readonly Field[] = [
    ...Object.entries(required).map(([key, codec]) => ({ key, codec, needed: true })),
    ...Object.entries(optional).map(([key, codec]) => ({ key, codec, needed: false }))
  ]
  const keys = new Set(fields.map(({ key }) => key))
  const noSuchField = `no such field (the fields are ${[...keys].join(', ')})`
  const codec = new t.Type<Fields<R, O>, unknown>(
    'an object',
    (u): u is Fields<R, O> =>
      isObject(u) && fields.every(({ key, codec, needed }) => (u[key] === undefined && !needed) || codec.is(u[key])),
    (u, context) => {
      if (!isObject(u)) return t.failure(u, context)
      const read: [string, unknown][] = []
      const errors: t.Errors = []
      for (const { key, codec, needed } of fields) {
        const value = Object.hasOwn(u, key) ? u[key] : undefined
        if (value === undefined && !needed) continue
        const result: Either<t.Errors, unknown> = codec.validate(value, t.appendContext(context, key, codec, value))
        if (isRight(result)) read.push([key, result.right])
        else errors.push(...result.left)
      }
      for (const key of Object.keys(u)) {
        if (!keys.has(key)) errors.push({ value: u[key], context: t.appendContext(context, key, t.never, u[key]), message: noSuchField })
      }
      return errors.length > 0 ? t.failures(errors) : t.success(Object.fromEntries(read) as Fields<R, O>)
    },
    (value) => {
      const written: Record<string, unknown> = {}
      for (const { key, codec, needed } of fields) {
        const field = (value as Readonly<Record<string, unknown>>)[key]
        if (needed || field !== undefined) written[key] = codec.encode(field)
      }
      return written
    }
  )
  return Object.assign(codec, { covers: (key: keyof R | keyof O) => keys.has(String(key)) })
}

/** Whether a value is an object in JSON's sense: neither `null` nor an array. */
export const isObject = (u: unknown): u is Readonly<Record<string, unknown>> => typeof u === 'object' && u !== null && !Array.isArray(u)

type Field = { readonly key: string; readonly codec: t.Mixed; readonly needed: boolean }
