import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Said } from '../../pipelines/terminal'
import { session, withTsx } from './session'

const root = resolve(__dirname, '../../..')
const folder = mkdtempSync(join(tmpdir(), 'transhume-check-'))
symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const file = (name: string, ...lines: readonly string[]): string => {
  writeFileSync(join(folder, name), `${lines.join('\n')}\n`)
  return join(folder, name)
}

const { said: perform, end } = session()
const said = (...words: readonly string[]) => perform('check', ...words)
afterAll(end)

const small = ['--worlds', 'small']

const forgetful = [
  "import { pipe } from 'fp-ts/lib/function'",
  "import { phase, push, stages, stopRule, type Pipeline } from 'transhume'",
  'const forgetful: Pipeline = (guest) =>',
  '  pipe(',
  '    stages.prepare(),',
  "    phase.andThen('push', () => push({ until: stopRule.roundsAtMost(2) })(guest)),",
  "    phase.andThen('copy', ({ owed }) => pipe(",
  '      stages.pause(),',
  "      phase.andThen('send', (clockNs) => pipe(",
  "        phase.request({ type: 'send', pages: owed, place: 'always' }),",
  "        phase.andThen('switch', () => stages.switchOver({ clockNs }))",
  '      ))',
  '    )),',
  "    phase.andThen('release', stages.release),",
  '    stages.concluded',
  '  )'
]

const mine = file(
  'mine.ts',
  ...forgetful,
  "import { precopy, stopAndCopy } from 'transhume/pipelines'",
  'export { forgetful }',
  'export const plain = stopAndCopy()',
  'export const factory = precopy',
  'export const nearly = ({ owed }: { readonly owed: { readonly count: number } }) => owed.count',
  'export const seven = 7'
)

describe('check', () => {
  let first: Said
  beforeAll(async () => {
    first = await said(mine, ...small, '--runs', '40', '--seed', '1')
  }, 60_000)

  it('a pipeline in a file that loses pages is caught and explained, others pass, and what is no pipeline is named', async () => {
    const { out, err, code } = first
    expect(code).toBe(1)
    expect(err).toBe(`${mine}: not checked, since it is no pipeline: factory, nearly, seven\n`)
    expect(out).toMatch(/^mine\.ts: plain: 40 runs without a violation \(seed 1, /m)
    expect(out).toMatch(/^mine\.ts: forgetful: a violation \(seed 1, /m)
    expect(out).toMatch(/^forgetful breaks \w+ after \d+ runs?, made smaller \d+ times$/m)
    for (const part of [
      '  expected  ',
      '  seen      ',
      '  world     a ',
      '  plan      { seed: ',
      '  again     check(pipeline, { seed: 1, path: '
    ])
      expect(out).toContain(part)
    expect(out).toContain('migration guest')
    expect(out).toContain('▲▲▲  seen:')
  })

  it('the line that is printed shows the same counterexample, with its journal when it is asked for', async () => {
    const line = /^ +npm start -- (check .*)$/m.exec(first.out)![1]
    expect(line).toMatch(/ --export forgetful --worlds small --seed 1 --path [\d:]+$/)
    const { out, code } = await said(...line.split(' ').slice(1), '--journal')
    expect(code).toBe(1)
    const of = (text: string): string => text.slice(text.indexOf('\nforgetful breaks ')).split('\nmine.ts: plain')[0].trimEnd()
    expect(out.startsWith('mine.ts: forgetful: a violation')).toBe(true)
    expect(of(out).slice(0, of(first.out).length)).toBe(of(first.out))
    expect(of(out).slice(of(first.out).length)).toMatch(/^\n\n {2}journal\n {4}0 \{"type":"began"/)
  })

  it('a path of a check that has been mended passes, in one run', async () => {
    const [, path] = /--path ([\d:]+)$/m.exec(first.out)!
    const { out, code } = await said(mine, '--export', 'plain', ...small, '--seed', '1', '--path', path)
    expect(code).toBe(0)
    expect(out).toMatch(/^mine\.ts: plain: 1 run without a violation /)
  })

  it('a rule and a phase are checked inside of pipelines', async () => {
    const rules = file(
      'rules.ts',
      "import * as O from 'fp-ts/lib/Option'",
      "import type { StopRule } from 'transhume'",
      "export const soon: StopRule = ({ last }) => (last.round >= 2 ? O.some('two are enough') : O.none)",
      'export const hold = ({ owed }) => ({ hold: owed, peek: false })',
      'export const order = { name: "none" }'
    )
    const one = await said(rules, '--policy', 'until', '--export', 'soon', ...small, '--runs', '30', '--seed', '1', '--json')
    expect({ err: one.err, code: one.code }).toEqual({ err: '', code: 0 })
    expect(JSON.parse(one.out)).toMatchObject([{ check: 'rules.ts: soon', holds: true, runs: 30 }])
    expect(await said(rules, '--policy', 'skip')).toMatchObject({
      err: '--export: expected the one that is meant by --policy skip, got hold, soon\n',
      code: 2
    })
    expect((await said(rules, '--policy', 'luck')).err).toBe(
      '--policy: expected "until" or "skip" or "pacing" or "throttle" or "prepaging" or "push" or "stop-and-copy" or "pull", got "luck"\n'
    )
  })

  it('JSON has the counterexample whole, and an SVG is written and never replaced unasked', async () => {
    const svg = join(folder, 'seen.svg')
    const [, path] = /--path ([\d:]+)$/m.exec(first.out)!
    const words = [mine, '--export', 'forgetful', ...small, '--seed', '1', '--path', path, '--svg', svg, '--json']
    const { out, err, code } = await said(...words)
    expect({ err, code }).toEqual({ err: `the diagram of mine.ts: forgetful: ${svg}\n`, code: 1 })
    const [found] = JSON.parse(out)
    expect(found).toMatchObject({ holds: false, seed: 1, pipeline: 'forgetful', again: expect.stringContaining('npm start -- check ') })
    expect(found.journal[found.violation.entry]).toMatchObject({ at: found.violation.at })
    expect(readFileSync(svg, 'utf8')).toMatch(/^<svg [\s\S]*<\/svg>\s*$/)
    expect(await said(...words)).toEqual({
      out: '',
      err: `--svg: expected a file that does not exist yet, got ${svg}; name another, or add --force to replace it\n`,
      code: 2
    })
    expect((await said(...words, '--force')).code).toBe(1)
  })

  it.each([
    ['an ES module', 'whole.mjs', ["import { stopAndCopy } from 'transhume/pipelines'", 'export default stopAndCopy()'], 'whole.mjs'],
    [
      'a default export in TypeScript',
      'own.ts',
      ["import { stopAndCopy } from 'transhume/pipelines'", 'export default stopAndCopy()'],
      'own.ts'
    ],
    ['CommonJS', 'old.cjs', ["module.exports = require('transhume/pipelines').stopAndCopy()"], 'old.cjs'],
    ['CommonJS of several', 'some.cjs', ["exports.one = require('transhume/pipelines').stopAndCopy()"], 'some.cjs: one'],
    [
      'an arbitrary',
      'drawn.ts',
      ["import { stopAndCopies } from 'transhume/properties'", 'export const drawn = stopAndCopies'],
      'drawn.ts: drawn'
    ]
  ])('%s is loaded', async (_fact, name, lines, shown) => {
    const { out, err, code } = await said(file(name, ...lines), ...small, '--runs', '3', '--seed', '1')
    expect({ err, code }).toEqual({ err: '', code: 0 })
    expect(out.startsWith(`${shown}: 3 runs without a violation (seed 1, `)).toBe(true)
  })

  it.each([
    ['no file', join(folder, 'none.ts'), [], 'expected a file that exports a pipeline, got no such file'],
    ['a folder', folder, [], 'expected a file that exports a pipeline, got a folder'],
    [
      'a file that is no program',
      file('a.json', '{}'),
      [],
      'expected a file of JavaScript or TypeScript (.js, .cjs, .mjs, .ts, .cts, .mts), got .json'
    ],
    ['a file that throws', file('throws.ts', "throw new Error('not today')"), [], 'expected a file that loads, got Error: not today'],
    ['a file without exports', file('empty.ts', 'const a = 1'), [], 'expected an exported pipeline, got a file that exports nothing']
  ])('%s is bad input', async (_fact, path, words, problem) => {
    expect(await said(path, ...words)).toEqual({ out: '', err: `${path}: ${problem}\n`, code: 2 })
  })

  it('a file that does not parse, an import that is not there, and exports of other kinds are bad input', async () => {
    expect((await said(file('wrong.ts', 'export const = 1'))).err).toMatch(/wrong\.ts: expected a file that loads, got .*Error: /)
    expect((await said(file('lost.ts', "import 'not-a-package'"))).err).toMatch(
      /lost\.ts: expected a file that loads, got Error: Cannot find module 'not-a-package'/
    )
    const { err, code } = await said(mine, '--export', 'factory')
    expect({ err, code }).toEqual({
      err: `${mine}: factory: expected an exported pipeline, got a function that returns a function: call it where it is exported, as precopy(); a rule or a phase needs --policy (see --help)\n`,
      code: 2
    })
    expect((await said(mine, '--export', 'nearly')).err).toContain('got a function that throws when it is given a guest (')
    expect((await said(mine, '--export', 'seven')).err).toContain('expected an exported pipeline, got a number')
    expect((await said(mine, '--export', 'eight')).err).toBe(
      '--export: expected one of factory, forgetful, nearly, plain, seven, got eight\n'
    )
  })

  it('Ctrl-C ends with 130 and tells what was done until then', async () => {
    const slow = file(
      'slow.ts',
      "import { precopy } from 'transhume/pipelines'",
      'const inner = precopy()',
      'let n = 0',
      "export const pipeline = (guest) => { if (++n === 20) process.stderr.write('going\\n'); return inner(guest) }"
    )
    const child = spawn(
      process.execPath,
      [...withTsx, join(root, 'properties/main.ts'), 'check', slow, ...small, '--runs', '1000000', '--seed', '1'],
      { env: { ...process.env, SEED: '' } }
    )
    const [out, err]: [string[], string[]] = [[], []]
    child.stdout.on('data', (text) => out.push(String(text)))
    child.stderr.on('data', (text) => {
      err.push(String(text))
      if (String(text).includes('going')) child.kill('SIGINT')
    })
    const code = await new Promise((ends) => child.on('close', ends))
    expect({ err: err.join(''), code }).toEqual({ err: 'going\ninterrupted\n', code: 130 })
    expect(out.join('')).toMatch(/^slow\.ts: pipeline: \d+ runs without a violation, interrupted \(seed 1, /)
  })
})
