import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { catchError, lastValueFrom, map, type Observable, of, toArray } from 'rxjs'

/** Does something in a new folder that is removed afterwards. */
export const inFolder = async (use: (path: (...names: readonly string[]) => string) => Promise<void> | void): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'monitors-'))
  try {
    await use((...names) => join(folder, ...names))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** What a stream gives, and at the end the message of the error it ends with, if there is one. */
export const given = <A>(stream: Observable<A>): Promise<readonly (A | string)[]> =>
  lastValueFrom(
    stream.pipe(
      map((value): A | string => value),
      catchError((error: Error) => of(error.message)),
      toArray()
    )
  )
