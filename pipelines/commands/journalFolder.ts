import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmdirSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
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
  const at = named === undefined ? undefined : resolve(named)
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
  if (named !== undefined && at !== undefined && !(statSync(dirname(at), { throwIfNoEntry: false })?.isDirectory() ?? false))
    return left([{ path: '--journals', expected: 'a folder inside of one that exists', got: named }])
  if (at !== undefined && existsSync(at) && !statSync(at).isDirectory())
    return left([{ path: '--journals', expected: 'a folder', got: `${named}, a file` }])
  const isNew = at === undefined || !existsSync(at)
  const path = named ?? mkdtempSync(join(tmpdir(), 'transhume-'))
  // One folder at a time: Node's recursive mkdir never returns below /proc.
  if (at !== undefined && isNew) mkdirSync(at)
  return right({
    path,
    of: (technique) => join(path, fileOf(technique)),
    leave: () => {
      if (isNew && readdirSync(path).length === 0) rmdirSync(path)
    }
  })
}
