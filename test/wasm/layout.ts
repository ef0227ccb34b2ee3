/** How a kernel's state lies in memory: each of its structures (plain objects) from a place of its own on, its columns by address and length. */
export type Struct = { readonly size: number; readonly fields: ReadonlyMap<string, Field> }

/** A field of a structure, so many bytes behind its beginning: a number, the address of a column (its length behind it), or a structure within. */
export type Field =
  | { readonly type: 'i32' | 'f64'; readonly offset: number }
  | { readonly type: 'column'; readonly offset: number; readonly of: Column }
  | { readonly type: 'struct'; readonly offset: number; readonly struct: Struct }

/** The types of columns. */
export type Column = 'Int32Array' | 'Float64Array' | 'Uint8Array' | 'Int16Array'

/** The layout of a state like this one; numbers of these names are doubles, all others integers of 32 bits. What is neither number, truth value, column nor such an object is left out. */
export const layoutOf = (state: object, doubles: ReadonlySet<string>): Struct => {
  const fields = new Map<string, Field>()
  let size = 0
  for (const [name, value] of Object.entries(state)) {
    const type = typeOf(name, value, doubles)
    if (type === undefined) continue
    const offset = type === 'i32' ? size : (size + 7) & ~7
    if (type === 'struct') {
      const struct = layoutOf(value as object, doubles)
      if (struct.fields.size === 0) continue
      fields.set(name, { type, offset, struct })
      size = offset + struct.size
    } else if (type === 'column') {
      fields.set(name, { type, offset, of: (value as object).constructor.name as Column })
      size = offset + 8
    } else {
      fields.set(name, { type, offset })
      size = offset + (type === 'i32' ? 4 : 8)
    }
  }
  return { size: (size + 7) & ~7, fields }
}

const typeOf = (name: string, value: unknown, doubles: ReadonlySet<string>): Field['type'] | undefined => {
  if (typeof value === 'number') return doubles.has(name) ? 'f64' : 'i32'
  if (typeof value === 'boolean') return 'i32'
  if (ArrayBuffer.isView(value)) return 'column'
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype ? 'struct' : undefined
}
