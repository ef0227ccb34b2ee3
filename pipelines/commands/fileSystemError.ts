import type { InputError } from '../experiment/inputError'

/** What the file system refused, in words; `undefined` for any other error. */
export const fileSystemError = (error: unknown): InputError | undefined => {
  if (!(error instanceof Error && 'code' in error && 'syscall' in error)) return undefined
  const [syscall, code] = [String(error.syscall), String(error.code)]
  return {
    path: 'path' in error ? String(error.path) : 'file system',
    expected: wanted[syscall] ?? `something that the system can ${syscall}`,
    got: found[code] ?? code
  }
}

const wanted: Readonly<Record<string, string>> = {
  open: 'a file that can be opened',
  read: 'a file that can be read',
  write: 'room to write',
  close: 'room to write',
  mkdir: 'a folder that can be made',
  mkdtemp: 'a folder in which another can be made',
  scandir: 'a folder that can be read',
  stat: 'a file or folder that can be looked at',
  lstat: 'a file or folder that can be looked at',
  rename: 'a file that can be renamed',
  unlink: 'a file that can be removed',
  rm: 'a file that can be removed',
  rmdir: 'a folder that can be removed'
}

const found: Readonly<Record<string, string>> = {
  EACCES: 'no permission',
  EDQUOT: 'a full quota',
  EEXIST: 'something that is there already',
  EISDIR: 'a folder',
  ELOOP: 'links that lead in a circle',
  EMFILE: 'too many open files',
  ENAMETOOLONG: 'a name that is too long',
  ENOENT: 'no such file or folder',
  ENOSPC: 'a full disk',
  ENOTDIR: 'a path through something that is no folder',
  ENOTEMPTY: 'a folder that is not empty',
  EPERM: 'no permission',
  EROFS: 'a disk that is read only'
}
