/** The types of WebAssembly that kernels use, by their codes. */
export const i32 = 0x7f
/** See `i32`. */
export const f64 = 0x7c

/** What a function takes and gives, by the codes of types. */
export type Signature = { readonly takes: readonly number[]; readonly gives: readonly number[] }

/** A function: its signature, the types of its further locals, and its instructions without the last `end`. */
export type Body = { readonly signature: Signature; readonly locals: readonly number[]; readonly code: readonly number[] }

/** A module whose memory and functions to call come from `kernel`; exported functions by their names. */
export type Module = {
  readonly imports: readonly (readonly [string, Signature])[]
  readonly bodies: readonly Body[]
  readonly exports: readonly (readonly [string, number])[]
}

/** The bytes of a module (WebAssembly Core Specification 1.0, §5). Functions are numbered from the imported ones on. */
export const encode = ({ imports, bodies, exports }: Module): Uint8Array => {
  const signatures = [...imports.map(([, one]) => one), ...bodies.map(({ signature }) => signature)]
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(
      1,
      signatures.map(({ takes, gives }) => [0x60, ...list(takes.map(alone)), ...list(gives.map(alone))])
    ),
    ...section(2, [
      [...name('kernel'), ...name('memory'), 2, 0, 1],
      ...imports.map(([what], i) => [...name('kernel'), ...name(what), 0, ...unsigned(i)])
    ]),
    ...section(
      3,
      bodies.map((_, i) => unsigned(imports.length + i))
    ),
    ...section(
      7,
      exports.map(([what, index]) => [...name(what), 0, ...unsigned(index)])
    ),
    ...section(
      10,
      bodies.map(({ locals, code }) => sized([...list(locals.map((type) => [1, type])), ...code, 0x0b]))
    )
  ])
}

/** An integer as LEB128, unsigned. */
export const unsigned = (value: number): readonly number[] => {
  const bytes: number[] = []
  let rest = value >>> 0
  do {
    const low = rest & 0x7f
    rest >>>= 7
    bytes.push(rest === 0 ? low : low | 0x80)
  } while (rest !== 0)
  return bytes
}

/** An integer of 32 bits as LEB128, signed. */
export const signed = (value: number): readonly number[] => {
  const bytes: number[] = []
  for (let rest = value | 0; ; rest >>= 7) {
    const low = rest & 0x7f
    const isLast = rest >> 6 === 0 || rest >> 6 === -1
    bytes.push(isLast ? low : low | 0x80)
    if (isLast) return bytes
  }
}

/** A double, its lowest byte first. */
export const double = (value: number): readonly number[] => {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, value, true)
  return Array.from({ length: 8 }, (_, i) => view.getUint8(i))
}

const alone = (byte: number): readonly number[] => [byte]
const sized = (bytes: readonly number[]): readonly number[] => [...unsigned(bytes.length), ...bytes]
const list = (items: readonly (readonly number[])[]): readonly number[] => [...unsigned(items.length), ...items.flat()]
const name = (text: string): readonly number[] => list([...text].map((letter) => [letter.charCodeAt(0)]))
const section = (id: number, items: readonly (readonly number[])[]): readonly number[] => [id, ...sized(list(items))]
