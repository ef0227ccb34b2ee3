/** Gives equal texts one small number. */
export type Numbering = (text: string) => number

/** See `Numbering`. */
export const numbering = (): Numbering => {
  const numbers = new Map<string, number>()
  return (text) => {
    const known = numbers.get(text)
    if (known !== undefined) return known
    numbers.set(text, numbers.size + 1)
    return numbers.size
  }
}
