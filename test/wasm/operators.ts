import { SyntaxKind } from 'typescript'
import { f64, i32 } from './encode'
import type { Column } from './layout'

/** By type of column: the shift from an index to bytes, the instructions that load and store, the type of an element. */
export const columns: Readonly<
  Record<Column, { readonly shift: number; readonly load: number; readonly store: number; readonly type: number }>
> = {
  Int32Array: { shift: 2, load: 0x28, store: 0x36, type: i32 },
  Float64Array: { shift: 3, load: 0x2b, store: 0x39, type: f64 },
  Uint8Array: { shift: 0, load: 0x2d, store: 0x3a, type: i32 },
  Int16Array: { shift: 1, load: 0x2e, store: 0x3b, type: i32 }
}

/** The instruction of an operator on bits. */
export const bitwise: Readonly<Record<number, number>> = {
  [SyntaxKind.AmpersandToken]: 0x71,
  [SyntaxKind.BarToken]: 0x72,
  [SyntaxKind.CaretToken]: 0x73,
  [SyntaxKind.LessThanLessThanToken]: 0x74,
  [SyntaxKind.GreaterThanGreaterThanToken]: 0x75,
  [SyntaxKind.GreaterThanGreaterThanGreaterThanToken]: 0x76
}

/** Operators that answer whether, in the form of `arithmetic`. */
export const comparisons: Readonly<Record<number, readonly [number, number]>> = {
  [SyntaxKind.EqualsEqualsEqualsToken]: [0x46, 0x61],
  [SyntaxKind.ExclamationEqualsEqualsToken]: [0x47, 0x62],
  [SyntaxKind.LessThanToken]: [0x48, 0x63],
  [SyntaxKind.GreaterThanToken]: [0x4a, 0x64],
  [SyntaxKind.LessThanEqualsToken]: [0x4c, 0x65],
  [SyntaxKind.GreaterThanEqualsToken]: [0x4e, 0x66]
}
/** By operator, comparisons and others: the instruction for integers, and that for doubles (-1: there is none). */
export const arithmetic: Readonly<Record<number, readonly [number, number]>> = {
  ...comparisons,
  [SyntaxKind.PlusToken]: [0x6a, 0xa0],
  [SyntaxKind.MinusToken]: [0x6b, 0xa1],
  [SyntaxKind.AsteriskToken]: [0x6c, 0xa2],
  [SyntaxKind.SlashToken]: [-1, 0xa3]
}

/** The operator within an assignment that reckons. */
export const compound: Readonly<Record<number, SyntaxKind>> = {
  [SyntaxKind.PlusEqualsToken]: SyntaxKind.PlusToken,
  [SyntaxKind.MinusEqualsToken]: SyntaxKind.MinusToken,
  [SyntaxKind.AmpersandEqualsToken]: SyntaxKind.AmpersandToken,
  [SyntaxKind.BarEqualsToken]: SyntaxKind.BarToken,
  [SyntaxKind.CaretEqualsToken]: SyntaxKind.CaretToken,
  [SyntaxKind.LessThanLessThanEqualsToken]: SyntaxKind.LessThanLessThanToken,
  [SyntaxKind.GreaterThanGreaterThanEqualsToken]: SyntaxKind.GreaterThanGreaterThanToken
}

/** What an operator makes of two constants. */
export const folded: Readonly<Record<number, (a: number, b: number) => number>> = {
  [SyntaxKind.PlusToken]: (a, b) => a + b,
  [SyntaxKind.MinusToken]: (a, b) => a - b,
  [SyntaxKind.AsteriskToken]: (a, b) => a * b,
  [SyntaxKind.SlashToken]: (a, b) => a / b,
  [SyntaxKind.BarToken]: (a, b) => a | b,
  [SyntaxKind.AmpersandToken]: (a, b) => a & b,
  [SyntaxKind.LessThanLessThanToken]: (a, b) => a << b
}
