import { spawn } from 'node:child_process'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { Said } from '../../pipelines/terminal'

const root = resolve(__dirname, '../../..')

/** The words that run a TypeScript file as `npm start` does, whatever the folder. */
export const withTsx: readonly string[] = ['--require', join(root, 'node_modules/tsx/dist/cjs/index.cjs')]

/** A process that reads TypeScript, as a user's does, and performs one command of the kit after the other: starting it takes longer than most commands. */
export type Session = { readonly said: (...words: readonly string[]) => Promise<Said>; readonly end: () => void }

/** Starts a session. */
export const session = (): Session => {
  const env = { ...process.env, SEED: '', NO_COLOR: '1' }
  const child = spawn(process.execPath, [...withTsx, join(__dirname, 'served.ts')], { cwd: root, env, stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    said: async (...words) => {
      child.stdin.write(`${JSON.stringify(words)}\n`)
      const { value, done } = await lines.next()
      if (done) throw new Error(`the session has ended at: ${words.join(' ')}`)
      return JSON.parse(value)
    },
    end: () => {
      child.stdin.end()
    }
  }
}
