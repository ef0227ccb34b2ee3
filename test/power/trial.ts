import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { build, type Plugin } from 'esbuild'
import type { Job, Judgement } from './judge'
import { type Mutation, mutated } from './mutation'

const root = resolve(__dirname, '../..')

/** What became of a mutant: what its judge said, or that the judge did not end in time, or that it broke down. */
export type Verdict = Judgement | { readonly type: 'hangs'; readonly ms: number } | { readonly type: 'crashed'; readonly problem: string }

/** Builds the judge with a mutation made in the sources (`undefined`: with none), and runs it by itself for at most so long. */
export const trial = async (mutation: Mutation | undefined, job: Job, limitMs: number): Promise<Verdict> => {
  const folder = mkdtempSync(join(tmpdir(), 'transhume-power-'))
  try {
    const outfile = join(folder, 'judge.cjs')
    await build({
      entryPoints: [join(root, 'test/power/judge.ts')],
      bundle: true,
      platform: 'node',
      outfile,
      logLevel: 'silent',
      plugins: mutation === undefined ? [] : [mutating(mutation)]
    })
    return await judged(outfile, job, limitMs)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const mutating = (mutation: Mutation): Plugin => ({
  name: 'mutating',
  setup: ({ onLoad }) => {
    for (const file of new Set(mutation.edits.map((edit) => edit.file))) {
      const path = join(root, file)
      onLoad({ filter: new RegExp(`${path.replace(/[^\w/]/g, '\\$&')}$`) }, () => ({
        contents: mutated(mutation, file, readFileSync(path, 'utf8')),
        loader: 'ts'
      }))
    }
  }
})

const judged = (file: string, job: Job, limitMs: number): Promise<Verdict> =>
  new Promise((resolved) => {
    const began = performance.now()
    const child = spawn(process.execPath, [file, JSON.stringify(job)], { stdio: ['ignore', 'pipe', 'pipe'] })
    const out: Buffer[] = []
    const errors: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => errors.push(chunk))
    const timer = setTimeout(() => child.kill('SIGKILL'), limitMs)
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      const said = Buffer.concat(out).toString()
      if (signal === 'SIGKILL') resolved({ type: 'hangs', ms: Math.round(performance.now() - began) })
      else if (code === 0) resolved(JSON.parse(said) as Judgement)
      else resolved({ type: 'crashed', problem: Buffer.concat(errors).toString().trim().split('\n').slice(0, 8).join('\n') })
    })
  })
