/** A text of a drawing and the rectangle it takes, in a font as wide as 0.602 of its size for each character. */
export type DrawnText = {
  readonly text: string
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

/** All texts of an SVG whose groups have sizes of font. */
export const svgTexts = (svg: string): readonly DrawnText[] => {
  const sizes: number[] = []
  const found: DrawnText[] = []
  for (const [tag, attributes, text] of svg.matchAll(/<(?:g|\/g|text)\b([^>]*)>([^<]*)/g)) {
    const of = (name: string): string | undefined => new RegExp(`\\s${name}="([^"]*)"`).exec(attributes)?.[1]
    const inherited = sizes[sizes.length - 1] ?? 16
    const size = Number(of('font-size') ?? inherited)
    if (tag.startsWith('</g')) sizes.pop()
    else if (tag.startsWith('<g')) sizes.push(size)
    else {
      const [x, y] = [Number(of('x')), Number(of('y'))]
      const said = text.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))
      const width = 0.602 * size * [...said].length
      const left = of('text-anchor') === 'end' ? x - width : of('text-anchor') === 'middle' ? x - width / 2 : x
      found.push({ text: said, left, right: left + width, top: y - 0.76 * size, bottom: y + 0.2 * size })
    }
  }
  return found
}

/** Pairs of texts that lie upon each other by more than a pixel. */
export const overlaps = (texts: readonly DrawnText[]): readonly (readonly [string, string])[] =>
  texts.flatMap((one, i) =>
    texts
      .slice(i + 1)
      .filter(
        (other) =>
          Math.min(one.right, other.right) - Math.max(one.left, other.left) > 1 &&
          Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 1
      )
      .map((other) => [one.text, other.text] as const)
  )
