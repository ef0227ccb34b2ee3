import type { Command } from 'commander'
import { isLeft } from 'fp-ts/lib/Either'
import { action, type Ending, ended, refused } from '../../pipelines/commands/action'
import { found } from '../museum/found'
import { museum } from '../museum/museum'
import type { Piece } from '../museum/piece'
import { checkVersion, type Visit, visit } from '../museum/visit'
import { seedFrom } from '../seedFrom'
import { invocation } from './invocation'
import { pieceData, pieceReport, piecesReport, visitReport } from './museumReport'

type Flags = { readonly check?: boolean; readonly seed?: string; readonly journal?: boolean; readonly json?: boolean }

/** Adds `museum`: the list of errors that were made elsewhere, one of them in full, or all of them tried again. */
export const addMuseumCommand = (program: Command): Command =>
  program
    .command('museum')
    .description('errors of engines and papers that lost pages, each as a wrong brick beside the right one, and how it is caught')
    .argument('[piece...]', 'such as B5 or B23a: its story, and the smallest run in which it goes wrong (default: the list of all)')
    .option('--check', 'try the wrong version and the right one of each again; the exit code is 1 when one is not as it should be')
    .option('--seed <seed>', 'with --check: other worlds than those of the list, by any integer or text')
    .option('--journal', 'print the journal of a counterexample too')
    .option('--json', 'the same for programs')
    .action(
      action((signal, ids: readonly string[], _flags: Flags, command: Command) => show(ids, command.optsWithGlobals<Flags>(), signal))
    )

const show = async (ids: readonly string[], flags: Flags, signal: AbortSignal): Promise<Ending> => {
  const all = museum()
  const unknown = ids.find((id) => all.every((piece) => !isCalled(piece, id)))
  if (unknown !== undefined)
    return refused({ path: 'museum', expected: `one of ${all.map(({ id }) => id).join(', ')}`, got: JSON.stringify(unknown) })
  if (flags.seed !== undefined && flags.check !== true)
    return refused({ path: '--seed', expected: 'to be given with --check', got: flags.seed, hint: 'what is shown has its own seed' })
  const pieces = ids.length === 0 ? all : all.filter((piece) => ids.some((id) => isCalled(piece, id)))
  if (flags.check === true) return checked(pieces, flags, signal)
  return ids.length === 0 ? listed(pieces, flags) : shown(pieces, flags, signal)
}

const isCalled = ({ id }: Piece, called: string): boolean => id.toLowerCase() === called.toLowerCase()

const listed = (pieces: readonly Piece[], { json = false }: Flags): Ending => {
  process.stdout.write(json ? `${JSON.stringify(pieces.map(pieceData), null, 2)}\n` : `${piecesReport(pieces, invocation())}\n`)
  return ended
}

/** Each piece with its counterexample, made again by its path. */
const shown = async (pieces: readonly Piece[], { json = false, journal = false }: Flags, signal: AbortSignal): Promise<Ending> => {
  const data: unknown[] = []
  let failed = false
  for (const [i, piece] of pieces.entries()) {
    if (signal.aborted) return { type: 'interrupted' }
    const { seed, path } = found[piece.id]
    const wrong = checkVersion(piece, 'wrong', { seed, path })
    failed ||= !isLeft(wrong)
    const again = [...invocation(), 'museum', piece.id].join(' ')
    if (json) data.push({ ...pieceData(piece), ...(isLeft(wrong) ? { counterexample: dataOf(wrong.left) } : {}) })
    else process.stdout.write(`${i === 0 ? '' : '\n'}${pieceReport(piece, wrong, { again, journal })}\n`)
    await turn()
  }
  if (json) process.stdout.write(`${JSON.stringify(data, null, 2)}\n`)
  return failed ? { type: 'failed' } : ended
}

const dataOf = ({
  plan,
  violation,
  journal
}: {
  readonly plan: unknown
  readonly violation: unknown
  readonly journal: string
}): unknown => ({
  plan,
  violation,
  journal: journal
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
})

const checked = async (pieces: readonly Piece[], { json = false, seed }: Flags, signal: AbortSignal): Promise<Ending> => {
  const visits: Visit[] = []
  for (const piece of pieces) {
    if (signal.aborted) break
    const one = visit(piece, { seed: seedFrom(seed) ?? found[piece.id].seed })
    visits.push(one)
    if (!json) process.stdout.write(`${visitReport(one)}\n`)
    await turn()
  }
  if (json) process.stdout.write(`${JSON.stringify(visits.map(visitData), null, 2)}\n`)
  if (signal.aborted) return { type: 'interrupted' }
  return visits.every(({ holds }) => holds) ? ended : { type: 'failed' }
}

const visitData = ({ piece, wrong, right, holds }: Visit): unknown => ({
  id: piece.id,
  holds,
  caught: isLeft(wrong) ? { invariant: wrong.left.invariant, seed: wrong.left.seed, runs: wrong.left.runs, path: wrong.left.path } : null,
  right: isLeft(right) ? { breaks: right.left.invariant, seed: right.left.seed, path: right.left.path } : { runs: right.right.runs }
})

/** Lets the process hear what else there is, Ctrl-C for one. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
