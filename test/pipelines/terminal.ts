import type { Command } from 'commander'
import { vi } from 'vitest'
import { commandLine, perform } from '../../pipelines/commands/commandLine'

/** What a command printed and how it ended. */
export type Said = { readonly out: string; readonly err: string; readonly code: number }

/** Performs a command of a program in this process, its output caught and its exit code taken back. */
export const saidBy = async (program: Command, words: readonly string[]): Promise<Said> => {
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
    await perform(program, ['node', 'transhume', ...words])
    return { out: out.join(''), err: err.join(''), code: Number(process.exitCode ?? 0) }
  } finally {
    process.exitCode = undefined
    stdout.mockRestore()
    stderr.mockRestore()
  }
}

/** The same of the commands that pipelines have. */
export const said = (...words: readonly string[]): Promise<Said> => saidBy(commandLine(), words)
