import { vi } from 'vitest'
import { perform } from '../../../pipelines/commands/commandLine'
import { kitCommandLine } from '../../../properties/commands/kitCommandLine'
import type { Said } from '../../pipelines/terminal'

/** Performs a command of the kit in this process, its output caught and its exit code taken back. */
export const said = async (...words: readonly string[]): Promise<Said> => {
  const out: string[] = []
  const err: string[] = []
  const catching = (into: string[]) => (text: unknown) => {
    into.push(String(text))
    return true
  }
  const stdout = vi.spyOn(process.stdout, 'write').mockImplementation(catching(out) as never)
  const stderr = vi.spyOn(process.stderr, 'write').mockImplementation(catching(err) as never)
  try {
    process.exitCode = undefined
    await perform(kitCommandLine(), ['node', 'transhume', ...words])
    return { out: out.join(''), err: err.join(''), code: Number(process.exitCode ?? 0) }
  } finally {
    process.exitCode = undefined
    stdout.mockRestore()
    stderr.mockRestore()
  }
}
