import { existsSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { transformSync } from 'esbuild'
import { describe, expect, it } from 'vitest'
import { mutated } from './mutation'
import { mutations } from './mutations'
import { trial } from './trial'

const root = resolve(__dirname, '../..')

describe('the written list of mutations', () => {
  it('has more than sixty, each with a name of its own', () => {
    const counted = mutations.filter(({ equivalent }) => equivalent === undefined)
    expect(counted.length).toBeGreaterThan(60)
    expect(new Set(mutations.map(({ name }) => name)).size).toBe(mutations.length)
  })

  it.each(mutations.map((mutation) => [mutation.name, mutation] as const))(
    '%s finds its text exactly once, and makes a program of it',
    (_, mutation) => {
      for (const file of new Set(mutation.edits.map((edit) => edit.file))) {
        const text = readFileSync(resolve(root, file), 'utf8')
        const mutant = mutated(mutation, file, text)
        expect(mutant).not.toBe(text)
        expect(() => transformSync(mutant, { loader: 'ts', logLevel: 'silent' })).not.toThrow()
        for (const [, wanted] of mutant.matchAll(/require\('(\.[^']+)'\)/g))
          expect(existsSync(resolve(root, dirname(file), `${wanted}.ts`)), `${wanted} from ${file}`).toBe(true)
      }
    }
  )

  it('is refused where a text is not there, or there twice', () => {
    const mutation = { ...mutations[0], edits: [{ file: 'a.ts', find: 'a', put: 'b' }] }
    expect(() => mutated(mutation, 'a.ts', 'c')).toThrow(`the text of ${mutation.name} must occur once in a.ts (got 0 times): a`)
    expect(() => mutated(mutation, 'a.ts', 'aa')).toThrow('(got 2 times)')
  })
})

describe('a few mutants of every kind', () => {
  const runs = 60
  const few = [
    'precopyForgettingTheResidual',
    'postcopyNotTrapping',
    'hybridKeepingStalePages',
    'resumeBeforeCommit',
    'pushClearingAfterReading',
    'backgroundSendingTwice',
    'numbersFromTheStart',
    'sourceNotStopped',
    'creditLost',
    'tailOvertaking',
    'oneClassOfChannels'
  ]

  it.each(few)('%s is caught', async (name) => {
    const mutation = mutations.find((one) => one.name === name)
    if (mutation === undefined) throw new Error(`no mutation is called ${name}`)
    expect(await trial(mutation, { swarms: mutation.swarms, runs, seed: 1 }, 60_000)).toMatchObject({ type: 'caught' })
  })

  it('and the sources as they are pass the same worlds', async () => {
    const swarms = ['stopAndCopies', 'precopies', 'postcopies', 'hybrids', 'networks'] as const
    expect(await trial(undefined, { swarms, runs, seed: 1 }, 60_000)).toEqual({ type: 'survived', runs: swarms.length * runs })
  })
})
