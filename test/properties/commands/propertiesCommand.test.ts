import { describe, expect, it, vi } from 'vitest'
import { said } from './terminal'

const quick = ['--worlds', 'small', '--runs', '20', '--seed', '1']

/** Without what a clock says. */
const timeless = (text: string): string => text.replace(/[\d.,]+ s, [\d,]+ runs\/s/g, 'TIME')

describe('properties', () => {
  it('a technique passes: runs, seed, time, speed, and what happened in how many runs', async () => {
    const { out, err, code } = await said('properties', 'precopy', ...quick)
    expect({ err, code }).toEqual({ err: '', code: 0 })
    const [first, ...rows] = timeless(out).trimEnd().split('\n')
    expect(first).toBe('pre-copy: 20 runs without a violation (seed 1, TIME)')
    expect(rows).toContain('  faults           never  a guest stops at a missing page')
    expect(rows[0]).toMatch(/^ {2}completes +\d+ {2}a migration completes$/)
  })

  it('several and all are checked one after the other, however their names are written', async () => {
    const names = async (...words: readonly string[]) => (await said('properties', ...words, ...quick)).out.match(/^\S+(?=: 20 runs)/gm)
    expect(await names('postCopy', 'Stop-and-Copy')).toEqual(['stop-and-copy', 'post-copy'])
    const all = ['stop-and-copy', 'pre-copy', 'post-copy', 'post-copy-demand', 'hybrid', 'tlm']
    expect([await names(), await names('all')]).toEqual([all, all])
  })

  it('equal seeds give equal output, as JSON too', async () => {
    const data = async () => {
      const [one] = JSON.parse((await said('properties', 'hybrid', ...quick, '--json')).out)
      expect(one).toMatchObject({ ms: expect.any(Number), runsPerSecond: expect.any(Number) })
      return { ...one, ms: 0, runsPerSecond: 0 }
    }
    const first = await data()
    expect(first).toMatchObject({ check: 'hybrid', holds: true, runs: 20, seed: 1, interrupted: false, warnings: [] })
    expect(first.sometimes.completes).toBeGreaterThan(0)
    expect(await data()).toEqual(first)
  })

  it('SEED in the environment is the seed, text too, and a flag goes before it', async () => {
    const seed = async (SEED: string, ...words: readonly string[]) => {
      vi.stubEnv('SEED', SEED)
      try {
        const [one] = JSON.parse((await said('properties', 'stop-and-copy', '--worlds', 'small', '--runs', '2', '--json', ...words)).out)
        return one.seed
      } finally {
        vi.unstubAllEnvs()
      }
    }
    expect([await seed('7'), await seed('7', '--seed', '8')]).toEqual([7, 8])
    expect(await seed('tuesday')).toBe(await seed('', '--seed', 'tuesday'))
  })

  it.each([
    [
      'an unknown technique',
      ['warp'],
      'properties: expected one of stop-and-copy, pre-copy, post-copy, post-copy-demand, hybrid, tlm, all, got "warp"'
    ],
    ['no number of runs', ['--runs', 'many'], '--runs: expected an integer >= 1, got "many"'],
    [
      'an unknown invariant',
      ['--invariants', 'noPageLost,luck'],
      /^--invariants: expected one of diskDrained, noPageLost, .*, got "luck"\n$/
    ],
    ['unknown worlds', ['--worlds', 'large'], '--worlds: expected "standard" or "small" or "disks", got "large"'],
    [
      'a path that is none',
      ['precopy', '--seed', '1', '--path', 'x'],
      '--path: expected numbers with colons between them, such as 12:3:0, got "x"'
    ],
    ['a path without its seed', ['precopy', '--path', '1:0'], '--path: expected the seed that it belongs to, got none; add --seed'],
    [
      'a path for several',
      ['precopy', 'hybrid', '--seed', '1', '--path', '1:0'],
      '--path: expected the one check that it belongs to, got 2 of them'
    ],
    [
      'a path that leads nowhere',
      ['precopy', '--seed', '1', '--path', '1:99999:0'],
      '--path: expected a path of this check, got 1:99999:0; the same flags, and the same release, lead to it'
    ],
    ['--repeat and its contrary', ['--repeat', '2', '--no-repeat'], '--repeat, --no-repeat: expected one of the two, got both'],
    ['--force without a file', ['--force'], '--force: expected a file to replace, got none; name it with --svg']
  ])('%s is bad input', async (_fact, words, message) => {
    vi.stubEnv('SEED', '')
    const { out, err, code } = await said('properties', ...words)
    vi.unstubAllEnvs()
    expect({ out, code }).toEqual({ out: '', code: 2 })
    if (typeof message === 'string') expect(err).toBe(`${message}\n`)
    else expect(err).toMatch(message)
  })

  it('what must happen and never does is told', async () => {
    const { out } = await said(
      'properties',
      'hybrid',
      '--worlds',
      'small',
      '--runs',
      '200',
      '--seed',
      '1',
      '--no-repeat',
      '--max-entries',
      '1'
    )
    expect(out).toContain('  warning: in none of 200 runs a migration completes (completes): these worlds are empty in that respect\n')
  })

  it('help names both commands', async () => {
    const { out } = await said('--help')
    for (const command of ['check', 'properties', 'run', 'record']) expect(out).toMatch(new RegExp(`^  ${command} `, 'm'))
    expect((await said('properties', '--help')).out.replace(/\s+/g, ' ')).toContain('how many worlds (default 10000)')
  })
})
