import { printable } from './spaceTimeWidth'

/** A point of a drawing, in its own units. @internal */
export type Point = { readonly x: number; readonly y: number }

/** A stroke's look. @internal */
export type Stroke = { readonly colour: string; readonly width?: number; readonly dashes?: string }

/** Text as it may stand in XML, in an element or an attribute; what XML 1.0 forbids is shown by its number. @internal */
export const escaped = (text: string): string => printable(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

/** A straight line. @internal */
export const line = (from: Point, to: Point, { colour, width = 1.5, dashes }: Stroke): string =>
  `<line x1="${short(from.x)}" y1="${short(from.y)}" x2="${short(to.x)}" y2="${short(to.y)}" stroke="${colour}" stroke-width="${width}"${
    dashes === undefined ? '' : ` stroke-dasharray="${dashes}"`
  }/>`

/** A straight line with a filled head at its end. @internal */
export const arrow = (from: Point, to: Point, stroke: Stroke): string => {
  const [dx, dy] = [to.x - from.x, to.y - from.y]
  const length = Math.sqrt(dx * dx + dy * dy) || 1
  const [ux, uy] = [dx / length, dy / length]
  const base = { x: to.x - 9 * ux, y: to.y - 9 * uy }
  const corners = [to, { x: base.x - 4 * uy, y: base.y + 4 * ux }, { x: base.x + 4 * uy, y: base.y - 4 * ux }]
  return `${line(from, base, stroke)}<polygon points="${corners.map(({ x, y }) => `${short(x)},${short(y)}`).join(' ')}" fill="${stroke.colour}"/>`
}

/** A filled rectangle. @internal */
export const box = (at: Point, size: { readonly width: number; readonly height: number }, fill: string): string =>
  `<rect x="${short(at.x)}" y="${short(at.y)}" width="${short(size.width)}" height="${short(size.height)}" fill="${fill}"/>`

/** A cross around a point. @internal */
export const cross = ({ x, y }: Point, stroke: Stroke): string =>
  line({ x: x - 5, y: y - 5 }, { x: x + 5, y: y + 5 }, stroke) + line({ x: x - 5, y: y + 5 }, { x: x + 5, y: y - 5 }, stroke)

/** A line of text on its baseline, with a halo so that it can be read where a line crosses it. @internal */
export const label = (
  { x, y }: Point,
  text: string,
  {
    anchor = 'start',
    fill,
    weight
  }: { readonly anchor?: 'start' | 'middle' | 'end'; readonly fill?: string; readonly weight?: 'bold' } = {}
): string =>
  `<text x="${short(x)}" y="${short(y)}"${anchor === 'start' ? '' : ` text-anchor="${anchor}"`}${fill === undefined ? '' : ` fill="${fill}"`}${
    weight === undefined ? '' : ` font-weight="${weight}"`
  }>${escaped(text)}</text>`

/** A coordinate with at most one decimal, so that the text is the same on every machine. @internal */
export const short = (n: number): string => String(Math.round(n * 10) / 10)
