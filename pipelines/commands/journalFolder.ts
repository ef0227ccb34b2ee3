import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Either, left, right } from 'fp-ts/lib/Either'
import type { InputError } from '../experiment/inputError'

/** A folder for journals: the path of a technique's journal, and how to take the folder back when it stayed empty. */
export type JournalFolder = { readonly path: string; readonly of: (technique: string) => string; readonly leave: () => void }

/**
 * The folder that the user named, or a new one below the system's folder for temporary files. A journal that is there already is an error unless `force`: nothing is
 * overwritten unasked.
 */
export const journalFolder = (
  named: string | undefined,
  { names, force }: { readonly names: readonly string[]; readonly force: boolean }
): Either<readonly InputError[], JournalFolder> => {
  const fileOf = (name: string): string => `${name.replace(/[^\w.+-]+/g, '-')}.jsonl`
  const taken = named === undefined || force ? [] : names.map((name) => join(named, fileOf(name))).filter((path) => existsSync(path))
  if (taken.length > 0)
    return left(
      taken.map((path) => ({
        path: '--journals',
        expected: 'journals that do not exist yet',
        got: path,
        hint: 'name another folder, or add --force to replace them'
      }))
    )
  const isNew = named === undefined || !existsSync(named)
  const path = named ?? mkdtempSync(join(tmpdir(), 'transhume-'))
  if (named !== undefined) mkdirSync(named, { recursive: true })
  return right({
    path,
    of: (technique) => join(path, fileOf(technique)),
    leave: () => {
      if (isNew && readdirSync(path).length === 0) rmdirSync(path)
    }
  })
}
