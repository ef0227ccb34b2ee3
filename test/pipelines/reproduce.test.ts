import { describe, expect, it, vi } from 'vitest'
import { commandLine } from '../../pipelines/commands/commandLine'
import { addReproduceCommand } from '../../pipelines/commands/reproduceCommand'
import type { Reproduction } from '../../pipelines/reproduce/reproduction'
import { reproductions } from '../../pipelines/reproduce/reproductions'
import { type Said, said, saidBy } from './terminal'

const table = {
  title: 'times of two programs',
  columns: [{ name: 'program' }, { name: 'published', unit: 's' }, { name: 'model', unit: 's', decimals: 1 }],
  rows: [
    ['MG, "class D"', 100, 101.25],
    ['IS', undefined, 12]
  ]
}

const made = (name: string, holds: boolean): Reproduction => ({
  name,
  sentence: `what ${name} is`,
  source: 'A paper, §1',
  run: ({ seed }) => ({ tables: [table], verdicts: [{ text: `seed ${seed}`, holds }], notes: ['A note.'] })
})

const withOwn = (own: readonly Reproduction[]) => {
  const program = commandLine()
  const without = program.commands.filter((command) => command.name() !== 'reproduce')
  ;(program.commands as unknown as typeof without).splice(0, program.commands.length, ...without)
  addReproduceCommand(program, own)
  return program
}

const saidOfOwn = (...words: readonly string[]): Promise<Said> =>
  saidBy(withOwn([made('good', true), made('poor', false)]), ['reproduce', ...words])

describe('reproduce', () => {
  it('without a name lists what there is', async () => {
    expect((await saidOfOwn()).out).toBe('good  what good is (A paper, §1)\npoor  what poor is (A paper, §1)\n')
    expect(JSON.parse((await saidOfOwn('--format', 'json')).out)[1]).toEqual({
      name: 'poor',
      sentence: 'what poor is',
      source: 'A paper, §1'
    })
  })

  it('prints tables with units, verdicts and notes', async () => {
    const { out, err, code } = await saidOfOwn('good', '--seed', '7')
    expect({ err, code }).toEqual({ err: '', code: 0 })
    expect(out.split('\n')).toEqual([
      'good: what good is',
      'source: A paper, §1; seed 7',
      '',
      'times of two programs',
      'program       published model',
      '                      s     s',
      '─────────────────────────────',
      'MG, "class D"       100 101.3',
      'IS                    -  12.0',
      '',
      'holds   seed 7',
      '',
      'A note.',
      ''
    ])
  })

  it('comes as Markdown, as CSV in full precision and as JSON', async () => {
    expect((await saidOfOwn('good', '--format', 'markdown')).out).toContain('| MG, "class D" | 100 | 101.3 |\n')
    expect((await saidOfOwn('good', '--format', 'csv')).out).toBe(
      'program,published (s),model (s)\n"MG, ""class D""",100,101.25\nIS,,12\n\nverdict,of\nholds,seed 1\n'
    )
    const json = JSON.parse((await saidOfOwn('good', '--format', 'json')).out)
    expect(json).toMatchObject({ name: 'good', seed: 1, verdicts: [{ text: 'seed 1', holds: true }], notes: ['A note.'] })
    expect(json.tables[0].rows).toEqual([
      ['MG, "class D"', 100, 101.25],
      ['IS', null, 12]
    ])
    const both = JSON.parse((await saidOfOwn('all', '--format', 'json')).out)
    expect(both.map(({ name }: { name: string }) => name)).toEqual(['good', 'poor'])
  })

  it('a miss is said and fails only where it was asked to check', async () => {
    const told = await saidOfOwn('good', 'poor')
    expect(told.out).toContain('\nmisses  seed 1\n')
    expect(told.code).toBe(0)
    expect((await saidOfOwn('good', 'poor', '--check')).code).toBe(1)
    expect((await saidOfOwn('good', '--check')).code).toBe(0)
  })

  it('refuses what it does not know', async () => {
    expect(await saidOfOwn('better')).toEqual({ out: '', err: 'reproduce: expected one of good, poor, all, got "better"\n', code: 2 })
    expect(await saidOfOwn('good', '--format', 'xml')).toEqual({
      out: '',
      err: '--format: expected "text" or "markdown" or "csv" or "json", got "xml"\n',
      code: 2
    })
  })

  it('stops at Ctrl-C between two runs and prints nothing of what was not finished', async () => {
    const steps: string[] = []
    const long: Reproduction = {
      ...made('long', true),
      run: async ({ progress }) => {
        for (const step of ['first', 'second']) {
          steps.push(step)
          process.emit('SIGINT')
          await progress(step)
        }
        return { tables: [], verdicts: [], notes: [] }
      }
    }
    expect(await saidBy(withOwn([long]), ['reproduce', 'long'])).toEqual({ out: '', err: 'interrupted\n', code: 130 })
    expect(steps).toEqual(['first'])
  })

  it('tells on a terminal what it works on', async () => {
    const isTTY = process.stderr.isTTY
    process.stderr.isTTY = true
    try {
      const told: Reproduction = {
        ...made('told', true),
        run: async ({ progress }) => {
          await progress('the only run')
          return { tables: [], verdicts: [], notes: [] }
        }
      }
      expect((await saidBy(withOwn([told]), ['reproduce', 'told'])).err).toContain('told: the only run')
      expect((await saidBy(withOwn([told]), ['reproduce', 'told', '--quiet'])).err).toBe('')
    } finally {
      process.stderr.isTTY = isTTY
      vi.restoreAllMocks()
    }
  })

  it('every one of the house has a name of its own', () => {
    const names = reproductions.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    for (const name of names) expect(name).toMatch(/^[a-z0-9][a-z0-9-]*$/)
  })

  it('the passes and times of Clark et al. hold', async () => {
    const { out, code } = await said('reproduce', 'clark-2005', '--check')
    expect(code).toBe(0)
    expect(out.match(/^holds /gm)).toHaveLength(4)
    expect(out).not.toContain('misses')
  })
})
