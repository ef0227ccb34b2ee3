import { closeSync, existsSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { encodeEntry } from '../../lib/codec/journal'
import type { Entry } from '../../lib/protocol/journal'

/** A journal on its way to a file: nothing stands under its name before `keep`, and nothing is left after `drop`. */
export type JournalFile = {
  readonly path: string
  readonly write: (entry: Entry) => void
  /** Bytes written so far; all of them after `keep`. */
  readonly bytes: () => number
  readonly keep: () => void
  readonly drop: () => void
}

/** Text gathered before it is written, in characters. */
const BUFFER = 1 << 16

/** A journal file under construction, as JSON lines; written beside its place and renamed into it. Throws what the file system throws. */
export const journalFile = (path: string): JournalFile => {
  const partial = `${path}.partial-${process.pid}`
  const file = openSync(partial, 'w')
  let open = true
  let lines: string[] = []
  let length = 0
  let bytes = 0
  const flush = (): void => {
    if (lines.length > 0) bytes += writeSync(file, `${lines.join('\n')}\n`)
    lines = []
    length = 0
  }
  const close = (): void => {
    if (open) closeSync(file)
    open = false
  }
  return {
    path,
    write: (entry) => {
      const line = encodeEntry(entry)
      lines.push(line)
      length += line.length
      if (length > BUFFER) flush()
    },
    bytes: () => bytes,
    keep: () => {
      flush()
      close()
      renameSync(partial, path)
    },
    drop: () => {
      close()
      if (existsSync(partial)) rmSync(partial)
    }
  }
}
