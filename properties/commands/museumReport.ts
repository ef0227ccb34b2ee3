import { type Either, isLeft } from 'fp-ts/lib/Either'
import type { Passed } from '../checkOptions'
import type { Counterexample } from '../counterexample'
import { explain } from '../explain'
import { found } from '../museum/found'
import type { Piece } from '../museum/piece'
import type { Visit } from '../museum/visit'

/** The list of pieces as a table, and how to see more of one. `start`: the words of a command line that come first. */
export const piecesReport = (pieces: readonly Piece[], start: readonly string[]): string => {
  const rows = pieces.map((piece) => {
    const { id, name, invariant } = piece
    return [id, name, whereAndWhen(piece), invariant, String(found[id].runs), String(found[id].entries)]
  })
  const again = [...start, 'museum'].join(' ')
  return [
    ...aligned([HEADER, ...rows]),
    '',
    'runs: random worlds until it was caught. entries: of the smallest journal that shows it.',
    'There is no B19 (QEMU: COLO applies the pages of a checkpoint ahead of its device state): no world here fails over to a checkpoint.',
    `${again} B5 shows one, ${again} --check tries all of them again, the right versions too.`
  ].join('\n')
}

const HEADER = ['', 'what went wrong', 'where (and when corrected)', 'caught by', 'runs', 'entries']

/** Columns as wide as they must be, those of numbers to the right, a line below the header. */
const aligned = (rows: readonly (readonly string[])[]): readonly string[] => {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)))
  const lines = rows.map((row) => row.map((cell, i) => (i >= 4 ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))).join('  '))
  return [lines[0], '─'.repeat(lines[0].length), ...lines.slice(1)].map((line) => line.trimEnd())
}

/** A piece for people: its story, both rules, where it happened, and the smallest run in which the wrong version goes wrong. */
export const pieceReport = (
  piece: Piece,
  wrong: Either<Counterexample, Passed>,
  { again, journal }: { readonly again: string; readonly journal: boolean }
): string => {
  const { id, name, story, reference, invariant, budget } = piece
  const { seed, runs, entries } = found[id]
  const [first, ...commits] = reference.of
  return [
    `${id}  ${name}`,
    '',
    ...wrapped(story).map((line) => `    ${line}`),
    '',
    `    where    ${whereAndWhen(piece)}: ${first}`,
    ...commits.map((commit) => `             ${commit}`),
    ...labelled('    wrong    ', piece.wrong.rule),
    ...labelled('    right    ', piece.right.rule),
    `    caught   by ${invariant}, in world ${runs} of at most ${budget} (seed ${seed}); the smallest journal has ${entries} entries`,
    '',
    isLeft(wrong) ? explain(wrong.left, { again, journal }) : `${id} is not caught any more where its path leads: try it again with --check`
  ].join('\n')
}

const labelled = (label: string, text: string): readonly string[] =>
  wrapped(text).map((line, i) => `${i === 0 ? label : ' '.repeat(label.length)}${line}`)

const whereAndWhen = ({ reference: { project, date } }: Piece): string => (date === undefined ? project : `${project} (${date})`)

/** Lines of at most 96 characters. */
const wrapped = (text: string): readonly string[] => {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' '))
    if (line.length + word.length < 96) line = line === '' ? word : `${line} ${word}`
    else {
      lines.push(line)
      line = word
    }
  return [...lines, line]
}

/** What a visit came to, on a line; a right version that does not pass is explained. */
export const visitReport = ({ piece, wrong, right, holds }: Visit): string => {
  const caught = isLeft(wrong)
    ? `caught by ${wrong.left.invariant} in world ${wrong.left.runs}`
    : `not caught in ${wrong.right.runs} worlds`
  const passed = isLeft(right) ? `the right version breaks ${right.left.invariant}` : `the right version passes ${right.right.runs} worlds`
  const line = `${piece.id.padEnd(4)}  ${holds ? 'ok' : 'NO'}  ${caught}; ${passed}`
  return isLeft(right) ? `${line}\n${explain(right.left)}` : line
}

/** A piece for programs. */
export const pieceData = ({ id, name, reference, story, invariant, budget, wrong, right }: Piece): object => ({
  id,
  name,
  reference,
  story,
  wrong: wrong.rule,
  right: right.rule,
  invariant,
  budget,
  found: found[id]
})
