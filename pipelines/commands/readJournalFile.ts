import { closeSync, openSync, readSync } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'
import { type Either, isLeft, left, right } from 'fp-ts/lib/Either'
import { decodeJournal } from '../../lib/codec/journal'
import type { Entry } from '../../lib/protocol/journal'
import type { InputError } from '../experiment/inputError'
import { notAFile } from '../experiment/notAFile'

/**
 * Reads a journal file entry by entry, in constant memory. Answers how many there were, or what is wrong: no such file, a damaged line with its number, or a
 * journal that ends before its migrations did (a run that was cut short).
 */
export const readJournalFile = (path: string, heard: (entry: Entry) => void): Either<readonly InputError[], number> => {
  const got = notAFile(path)
  if (got !== undefined)
    return left([{ path, expected: 'a journal file (JSON lines)', got, hint: 'npm start says where it writes journals' }])
  const open = new Set<string>()
  let entries = 0
  for (const read of decodeJournal(linesOf(path))) {
    if (isLeft(read)) {
      const { line, problems } = read.left
      return left(problems.map((one) => ({ ...one, path: `${path}: line ${line}${one.path === '' ? '' : `: ${one.path}`}` })))
    }
    const entry = read.right
    if (entry.type === 'commanded') open.add(entry.command.to.migration)
    if (entry.type === 'ended') open.delete(entry.migration)
    heard(entry)
    entries++
  }
  if (open.size > 0)
    return left([
      { path: `${path}: line ${entries}`, expected: `the end of the migration ${[...open].join(', ')}`, got: 'the end of the file' }
    ])
  return right(entries)
}

/** The lines of a file, read a mebibyte at a time. */
function* linesOf(path: string): Generator<string> {
  const file = openSync(path, 'r')
  try {
    const bytes = Buffer.alloc(1 << 20)
    const decoder = new StringDecoder('utf8')
    let rest = ''
    for (let n = readSync(file, bytes); n > 0; n = readSync(file, bytes)) {
      const lines = (rest + decoder.write(bytes.subarray(0, n))).split('\n')
      rest = lines.pop()!
      yield* lines
    }
    if (rest !== '') yield rest
  } finally {
    closeSync(file)
  }
}
