/** Columns a text takes in a terminal: two for wide characters (East Asian wide and full width, emoji), none for combining and invisible ones. @internal */
export const widthOf = (text: string): number => {
  let width = 0
  for (const character of text) width += columnsOf(character)
  return width
}

/** The text in at most `columns` columns, cut with `…` where it is longer. @internal */
export const fitted = (text: string, columns: number): string => (widthOf(text) <= columns ? text : `${head(text, columns - 1)}…`)

/** The text in lines of at most `columns` columns, broken at spaces, or within words that are longer. @internal */
export const wrapped = (text: string, columns: number): readonly string[] => {
  const lines: string[] = ['']
  for (const word of text.split(' ')) {
    const line = lines[lines.length - 1]
    if (line !== '' && widthOf(line) + 1 + widthOf(word) <= columns) lines[lines.length - 1] = `${line} ${word}`
    else {
      let rest = word
      if (line !== '') lines.push('')
      while (widthOf(rest) > columns) {
        const first = head(rest, columns)
        lines[lines.length - 1] = first
        lines.push('')
        rest = rest.slice(first.length)
      }
      lines[lines.length - 1] = rest
    }
  }
  return lines
}

/** The text without what would break a line or steer a terminal, each such character shown by its number: `a\u000ab`. @internal */
export const printable = (text: string): string =>
  text.replace(
    /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  )

const head = (text: string, columns: number): string => {
  let width = 0
  let taken = ''
  for (const character of text) {
    width += columnsOf(character)
    if (width > columns) break
    taken += character
  }
  return taken
}

const columnsOf = (character: string): number => {
  if (character >= ' ' && character <= '~') return 1
  if (/[\p{Mn}\p{Me}\p{Cf}\p{Cc}]/u.test(character)) return 0
  return wide.test(character) ? 2 : 1
}

/** Unicode 15.1, East Asian Width W and F, by blocks (more is called wide than is, never less). */
const wide =
  /[\u1100-\u115f\u231a\u231b\u2329\u232a\u23e9-\u23f3\u25fd\u25fe\u2614\u2615\u2648-\u2653\u267f\u2693\u26a1\u26aa\u26ab\u26bd\u26be\u26c4\u26c5\u26ce\u26d4\u26ea\u26f2\u26f3\u26f5\u26fa\u26fd\u2705\u270a\u270b\u2728\u274c\u274e\u2753-\u2757\u2795-\u2797\u27b0\u27bf\u2b1b\u2b1c\u2b50\u2b55\u2e80-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{16fe0}-\u{18fff}\u{1aff0}-\u{1b2ff}\u{1f004}-\u{1f9ff}\u{1fa70}-\u{1faff}\u{20000}-\u{3fffd}]/u
