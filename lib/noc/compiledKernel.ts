/**
 * A kernel compiled to WebAssembly from the very functions that are its plain form (`npm run kernels` writes it): the module, where the state's columns and numbers lie in its memory, and how
 * the numbers get in and out. It exports `run(state, until, stopAtDelivery)`. @internal
 */
export type CompiledKernel<S> = {
  /** The module in base64. */
  readonly module: string
  /** Bytes of the state without its columns, which are at the memory's beginning. */
  readonly size: number
  /** Where the address of each column lies (its length behind it), and the column's name, that of what holds it first. */
  readonly columns: readonly (readonly [number, ...string[]])[]
  readonly enter: (state: S, integers: Int32Array, doubles: Float64Array) => void
  readonly leave: (state: S, integers: Int32Array, doubles: Float64Array) => void
}

/** What a compiled kernel calls outside: functions over numbers, addresses of structures first. @internal */
export type Outside = Readonly<Record<string, (...given: readonly number[]) => number | undefined>>

/** Runs a state up to a cycle in WebAssembly, with the answer that the plain function would give. @internal */
export type CompiledRun = (until: number, stopAtDelivery: boolean) => number

/**
 * Takes a state over into a memory of WebAssembly: its columns become views of that memory, so that plain functions go on working on it too. Undefined where there is no WebAssembly.
 *
 * Numbers are copied at each call; columns are taken over anew when `room` changes, which it must where any was replaced by a longer one. Cycles and counters must be below 2^51. Cost: a copy of the columns, and some
 * milliseconds where the module is compiled the first time. @internal
 */
export const compiledRun = <S extends object>(
  kernel: CompiledKernel<S>,
  state: S,
  outside: Outside,
  room: () => number
): CompiledRun | undefined => {
  if (typeof WebAssembly === 'undefined') return undefined
  const { module, size, columns, enter, leave } = kernel
  const memory = new WebAssembly.Memory({ initial: 1 })
  const bytes = Uint8Array.from(atob(module), (letter) => letter.charCodeAt(0))
  const { run } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { kernel: { memory, ...outside } }).exports
  const held = columns.map(([place, ...path]) => ({ place, owner: ownerOf(state, path), name: path[path.length - 1] }))
  let integers = new Int32Array(0)
  let doubles = new Float64Array(0)
  let taken = -1
  const takeOver = (): void => {
    taken = room()
    // A memory that grows leaves its former views empty.
    const copies = held.map(({ owner, name }) => owner[name].slice())
    let end = (size + 63) & ~63
    const begins = copies.map(({ byteLength }) => {
      const begin = end
      end = (end + byteLength + 63) & ~63
      return begin
    })
    const missing = Math.ceil((end - memory.buffer.byteLength) / 65_536)
    if (missing > 0) memory.grow(missing)
    integers = new Int32Array(memory.buffer)
    doubles = new Float64Array(memory.buffer)
    held.forEach(({ place, owner, name }, i) => {
      owner[name] = viewLike(copies[i], memory.buffer, begins[i])
      integers[place / 4] = begins[i]
      integers[place / 4 + 1] = copies[i].length
    })
  }
  return (until, stopAtDelivery) => {
    if (room() !== taken) takeOver()
    enter(state, integers, doubles)
    const halt = run(0, until, stopAtDelivery ? 1 : 0)
    leave(state, integers, doubles)
    return halt
  }
}

type Column = Int32Array | Float64Array | Uint8Array | Int16Array

const ownerOf = (state: object, path: readonly string[]): Record<string, Column> =>
  path.slice(0, -1).reduce<object>((at, name) => (at as Record<string, object>)[name], state) as Record<string, Column>

const viewLike = (column: Column, buffer: ArrayBuffer, begin: number): Column => {
  const view =
    column instanceof Float64Array
      ? new Float64Array(buffer, begin, column.length)
      : column instanceof Int32Array
        ? new Int32Array(buffer, begin, column.length)
        : column instanceof Int16Array
          ? new Int16Array(buffer, begin, column.length)
          : new Uint8Array(buffer, begin, column.length)
  view.set(column)
  return view
}

/** What is used of the platform's WebAssembly (its JavaScript interface, §3 and §5). */
declare const WebAssembly:
  | undefined
  | {
      readonly Memory: new (limits: {
        readonly initial: number
      }) => { readonly buffer: ArrayBuffer; readonly grow: (pages: number) => number }
      readonly Module: new (bytes: Uint8Array) => object
      readonly Instance: new (
        module: object,
        imports: object
      ) => { readonly exports: { readonly run: (state: number, until: number, stopAtDelivery: number) => number } }
    }
