import { closeSync, openSync, readSync } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'
import { isLeft } from 'fp-ts/lib/Either'
import type { LineReader } from '../../lib/codec/observationCsv'
import { sourceFault } from './sourceFault'

/** A line of a file, counted from 1. */
export type FileLine = { readonly number: number; readonly text: string }

/**
 * The lines of a file that say something, read as they are asked for, a few thousand bytes at a time. Between two reads the file is not held open, so that thousands of files can be read side by side, and nothing is left open by who stops.
 * Throws what the file system refuses.
 */
export function* fileLines(path: string): Generator<FileLine> {
  const decoder = new StringDecoder('utf8')
  let [position, number, rest] = [0, 0, '']
  for (;;) {
    const chunk = readAt(path, position)
    position += chunk.length
    const text = rest + (chunk.length === 0 ? decoder.end() : decoder.write(chunk))
    const lines = text.split('\n')
    rest = chunk.length === 0 ? '' : (lines.pop() ?? '')
    for (const line of lines) {
      number++
      if (line.trim() !== '') yield { number, text: line.endsWith('\r') ? line.slice(0, -1) : line }
    }
    if (chunk.length === 0) return
  }
}

/** What the lines of a file say, by a reader that its first line gives. A line that says nothing readable throws a `SourceFault` that names the file and the line. */
export function* rowsOf<A>(path: string, begin: (header: string) => ReturnType<LineReader<LineReader<A>>>): Generator<A> {
  let read: LineReader<A> | undefined
  for (const { number, text } of fileLines(path)) {
    if (read === undefined) read = readable(path, number, begin(text))
    else yield readable(path, number, read(text))
  }
  if (read === undefined) throw sourceFault(path, 'a first line that names the columns (got an empty file)')
}

/** What a line says, or a `SourceFault`. */
export const readable = <A>(path: string, line: number, read: ReturnType<LineReader<A>>): A => {
  if (isLeft(read)) throw sourceFault(path, `line ${line}: ${read.left}`)
  return read.right
}

const CHUNK = 1 << 14

const readAt = (path: string, position: number): Buffer => {
  const file = openSync(path, 'r')
  try {
    const buffer = Buffer.allocUnsafe(CHUNK)
    return buffer.subarray(0, readSync(file, buffer, 0, CHUNK, position))
  } finally {
    closeSync(file)
  }
}
