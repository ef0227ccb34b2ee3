import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Invariant } from '../properties/invariants/invariant'
import { invariants } from '../properties/invariants/invariants'
import { type Block, blocksOf, examplesOf, isExcerpt, isKnown, isRun, isTest, scriptsOf, seen, strayOutputs } from './documents/blocks'
import { execute, printedBy, typeErrors, withoutNpm, withPlaces, workshop } from './documents/workshop'

const root = resolve(__dirname, '..')
const folder = workshop()

const documents = ['README.md', 'pipelines/README.md', 'pipelines/managers/README.md', 'properties/README.md'].map((name) => {
  const blocks = blocksOf(name, readFileSync(join(root, name), 'utf8'))
  return { name, blocks, examples: examplesOf(blocks), scripts: scriptsOf(blocks) }
})

const fileOf = (document: string, { file, line }: Block): string =>
  join(folder, file ?? `${document.replaceAll(/\W/g, '-')}-line-${line}.ts`)

const examples = documents.flatMap(({ name, examples }) =>
  examples.map((example) => ({ ...example, where: `${name}:${example.block.line}`, file: fileOf(name, example.block) }))
)
const tests = documents.flatMap(({ name, blocks }) => blocks.filter(isTest).map((block) => ({ block, file: fileOf(name, block) })))

for (const { name, blocks } of documents)
  for (const block of blocks) {
    const text = isTest(block) ? withPlaces(block.text) : block.text
    if (block.language === 'ts' || block.file !== undefined) writeFileSync(fileOf(name, block), `${text}\n`)
  }

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('readme', () => {
  let printed: readonly string[] = []

  beforeAll(async () => {
    printed = await printedBy(
      examples.map(({ file }) => file),
      folder
    )
  }, 120_000)

  it('each document has an example in code, with its output, and README.md the command that runs the main job', () => {
    for (const { examples } of documents) expect(examples.some(({ printed }) => printed !== '')).toBe(true)
    expect(documents[0].scripts.flat().some(({ command }) => command === 'npm start')).toBe(true)
  })

  it('every command of a shell block is run here or known to be none of ours to run', () =>
    expect(
      documents.flatMap(({ name, scripts }) =>
        scripts.flat().flatMap(({ command, line }) => (isKnown(command) ? [] : [`${name}:${line}: ${command}`]))
      )
    ).toEqual([]))

  it('every output belongs to an example', () =>
    expect(documents.flatMap(({ name, blocks }) => strayOutputs(blocks).map(({ line }) => `${name}:${line}`))).toEqual([]))

  it('the examples have no type error', () => {
    expect(
      typeErrors(
        [...examples, ...tests].map(({ file }) => file),
        folder
      )
    ).toEqual([])
  })

  for (const [n, { where, block }] of examples.entries())
    it(`the example at ${where} prints what is said below it`, () => {
      const shown = examples[n].printed
      if (!isExcerpt(shown, printed[n])) expect(seen(printed[n])).toBe(seen(shown))
      expect(block.text).not.toBe('')
    })
})

describe('the invariants of the guide', () => {
  it('are those of the kit, with their planes, oracles and sentences', () => {
    const rows = readFileSync(join(root, 'properties/README.md'), 'utf8').split('\n')
    const listed = rows.filter((line) => /^\| `\w+` \| (control|pages) \|/.test(line))
    const row = ({ name, plane, oracle, sentence }: Invariant): string => `| \`${name}\` | ${plane} | ${oracle ?? ''} | ${sentence} |`
    expect(listed.map((line) => line.replaceAll(/ +/g, ' ')).sort()).toEqual(
      invariants.map((one) => row(one).replaceAll(/ +/g, ' ')).sort()
    )
  })
})

for (const { file, block } of tests)
  describe(`the test ${block.file} of the guide`, async () => {
    await import(/* @vite-ignore */ file)
  })

// Commands of one block build on each other; blocks do not, and wait for the machine together.
describe.concurrent('commands of the readme', () => {
  for (const { name, scripts } of documents)
    for (const commands of scripts.map((all) => all.filter(({ command }) => isRun(command)))) {
      if (commands.length === 0) continue
      const lacks = commands.some(({ command }) => command.includes(' record ')) && spawnSync('valgrind', ['--version']).status !== 0
      const because = lacks ? ': not run, Valgrind is missing (apt-get install valgrind)' : ''
      it.skipIf(lacks)(
        `${commands.map(({ command }) => command).join(', ')} (${name}:${commands[0].line})${because}`,
        async () => {
          for (const { command, status, printed } of commands) {
            const { stdout, stderr, ...ended } = await execute('sh', ['-c', withoutNpm(command)], folder)
            expect(ended.status, `${command}\n${stderr}`).toBe(status)
            // npm announces the script in two lines, which are not the program's.
            const output = stdout.replace(/^(\n?> .*\n)+\n?/, '')
            expect(output).not.toBe('')
            if (printed !== undefined && !isExcerpt(printed, output)) expect(seen(output)).toBe(seen(printed))
          }
        },
        120_000
      )
    }
})

describe('reading of the readme', () => {
  const markdown = [
    '# A',
    '```ts',
    'one',
    '```',
    'prints',
    '```text',
    ' 1 ',
    '```',
    '```ts own.ts',
    'two',
    '```',
    '```ts own.test.ts',
    'three',
    '```',
    '```sh',
    'npm ci && npm start # all',
    'rm -rf \\',
    '  x # exit code 2',
    '```'
  ].join('\n')
  const blocks = blocksOf('A.md', markdown)

  it('an example has the text block that comes next for its output, or none; a test is none', () => {
    expect(examplesOf(blocks).map(({ block, printed }) => [block.text, block.file, block.line, printed])).toEqual([
      ['one', undefined, 2, ' 1 '],
      ['two', 'own.ts', 9, '']
    ])
    expect(blocks.filter(isTest).map(({ text }) => text)).toEqual(['three'])
  })

  it('a shell line is as many commands as it joins, and the last has the output', () =>
    expect(scriptsOf([...blocks, { language: 'text', text: 'x', line: 20 }])).toEqual([
      [
        { command: 'npm ci', line: 16, status: 0 },
        { command: 'npm start', line: 16, status: 0 },
        { command: 'rm -rf x', line: 17, status: 2, printed: 'x' }
      ]
    ]))

  it('an output may be shown in part, and a part that differs is seen', () => {
    expect(isExcerpt('a\n...\n(d)', 'a\nb\nc\n(d)\n')).toBe(true)
    expect(isExcerpt('...', 'a\nb')).toBe(true)
    expect(isExcerpt('a\nb', 'a\nb  \n')).toBe(true)
    expect(isExcerpt('a (seed 1, ... s)', 'a (seed 1, 0.2 s)')).toBe(true)
    expect(isExcerpt('a\n...\nc', 'a\nb\nd')).toBe(false)
    expect(isExcerpt('a', 'a\nb')).toBe(false)
    expect(isExcerpt('a (seed 1, ... s)', 'a (seed 2, 0.2 s)')).toBe(false)
    expect(isExcerpt('a ... b', 'a\nb')).toBe(false)
  })

  it('an unknown command is not passed over', () =>
    expect(['npm start -- run a.json', 'npm run properties -- precopy', 'npm ci', 'rm -rf x', 'npm starting'].map(isKnown)).toEqual([
      true,
      true,
      true,
      false,
      false
    ]))

  it('a command of a script is what the script says', () => {
    expect(withoutNpm('npm start -- trace')).toMatch(/^node .* trace$/)
    expect(withoutNpm('npm run properties -- precopy')).toMatch(/^node .* properties precopy$/)
    expect(withoutNpm('npm start')).toBe('npm start')
  })

  it('an output that belongs to nothing is named', () =>
    expect(strayOutputs([...blocks, ...blocksOf('B.md', '```json\n{}\n```\n```text\nx\n```')]).map(({ line }) => line)).toEqual([4]))

  it('a block that is not closed is refused', () => expect(() => blocksOf('A.md', '```ts\n')).toThrow('A.md:1: the block is not closed'))

  it('an example that prints something else, throws, or has a wrong type, is caught', async () => {
    const [wrong, throwing] = ['planted.ts', 'throwing.ts'].map((name) => join(folder, name))
    writeFileSync(wrong, 'const n: string = 1\nconsole.log(n)\n')
    writeFileSync(throwing, "console.log('before')\nthrow new Error('on purpose')\n")
    expect(typeErrors([wrong], folder)).toEqual(["planted.ts:1: Type 'number' is not assignable to type 'string'."])
    const [one, two] = await printedBy([wrong, throwing], folder)
    expect(seen(one)).toBe('1')
    expect(two).toMatch(/^before\nError: on purpose/)
  })
})
