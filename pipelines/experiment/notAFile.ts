import { statSync } from 'node:fs'

/** What stands at a path where a file to read is expected, in words; `undefined` where it is a regular file. */
export const notAFile = (path: string): string | undefined => {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return 'no such file'
  if (stat.isDirectory()) return 'a folder'
  return stat.isFile() ? undefined : 'something that is not a regular file'
}
