import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import * as ts from 'typescript'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/** A fenced block: its language, the file it says it is (```json limits.json), its text, and where it begins. */
type Block = { readonly language: string; readonly file?: string; readonly text: string; readonly line: number }

type Example = { readonly block: Block; readonly printed: string }

const blocksOf = (markdown: string): readonly Block[] => {
  const lines = markdown.split('\n')
  const fences = lines.flatMap((line, n) => (/^```/.test(line) ? [n] : []))
  if (fences.length % 2 === 1) throw new Error(`README.md:${fences.at(-1)! + 1}: the block is not closed`)
  return fences
    .filter((_, i) => i % 2 === 0)
    .map((from, i) => {
      const [language, file] = lines[from].slice(3).trim().split(/\s+/)
      const text = lines.slice(from + 1, fences[2 * i + 1]).join('\n')
      return { language, text, line: from + 1, ...(file ? { file } : {}) }
    })
}

/** Every ts block with what it prints: the text block that comes next, or nothing. */
const examplesOf = (blocks: readonly Block[]): readonly Example[] =>
  blocks.flatMap((block, i) =>
    block.language === 'ts' ? [{ block, printed: blocks[i + 1]?.language === 'text' ? blocks[i + 1].text : '' }] : []
  )

// What a shell block may hold beside the commands that are run here: they install, or run this very suite, or take minutes.
const notRun = [
  /^npm (ci|test)$/,
  /^npm install [\w./-]+$/,
  /^npm run (bench|lint|typecheck)$/,
  /^git clone \S+$/,
  /^cd \S+$/,
  /^(sudo )?apt-get install [\w -]+$/,
  /^\.ci\/run$/
]

type Command = { readonly command: string; readonly line: number; readonly printed?: string }

/** The commands of shell blocks, one by one, without comments; the last of a block has the text block that comes next for its output. */
const commandsOf = (blocks: readonly Block[]): readonly Command[] =>
  blocks.flatMap((block, i): readonly Command[] => {
    if (block.language !== 'sh') return []
    const lines = block.text.replace(/\\\n/g, '  ').split('\n')
    const commands = lines.flatMap((line, n) =>
      line
        .replace(/(^|\s)#.*$/, '')
        .split('&&')
        .map((command) => ({ command: command.replace(/\s+/g, ' ').trim(), line: block.line + 1 + n }))
        .filter(({ command }) => command !== '')
    )
    const output = blocks[i + 1]?.language === 'text' ? { printed: blocks[i + 1].text } : {}
    return commands.map((command, n) => (n === commands.length - 1 ? { ...command, ...output } : command))
  })

/** Whether the output is what was shown of it; a line of `...` alone stands for any number of lines. */
const isExcerpt = (shown: string, output: string): boolean => {
  const escaped = (line: string): string => line.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const pattern = seen(shown)
    .split('\n')
    .map((line) => (line === '...' ? '(.*\\n)*?' : `${escaped(line)}\\n`))
  return new RegExp(`^${pattern.join('')}$`).test(`${seen(output)}\n`)
}

const isRun = (command: string): boolean => /^npm start( |$)/.test(command)

const isKnown = (command: string): boolean => isRun(command) || notRun.some((pattern) => pattern.test(command))

const root = resolve(__dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'transhume-readme-'))
const entries = { transhume: 'lib', 'transhume/pipelines': 'pipelines', 'transhume/properties': 'properties' }
const paths = Object.fromEntries(Object.entries(entries).map(([name, top]) => [name, [join(root, top, 'index.ts')]]))
const compilerOptions = { ...JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8')).compilerOptions, paths, noUnusedLocals: false }

const execute = (command: string, args: readonly string[], cwd: string): string => {
  const environment = { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0', COLUMNS: '160' }
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8', env: environment, maxBuffer: 2 ** 26 })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status ?? error}\n${stdout}\n${stderr}`)
  return stripVTControlCharacters(stdout)
}

// Trailing blanks are not seen by a reader, and an editor removes them.
const seen = (text: string): string => text.replace(/[ \t]+$/gm, '').trimEnd()

const fileOf = ({ file, line }: Block): string => join(folder, file ?? `line${line}.ts`)

const typeErrors = (files: readonly string[]): readonly string[] => {
  const { options } = ts.convertCompilerOptionsFromJson({ ...compilerOptions, typeRoots: [join(root, 'node_modules/@types')] }, folder)
  const program = ts.createProgram({ rootNames: [...files], options })
  return files
    .flatMap((file) => [
      ...program.getSyntacticDiagnostics(program.getSourceFile(file)),
      ...program.getSemanticDiagnostics(program.getSourceFile(file))
    ])
    .map(({ file, start, messageText }) => {
      const line = file && start !== undefined ? file.getLineAndCharacterOfPosition(start).line + 1 : 0
      return `${file?.fileName.slice(folder.length + 1)}:${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`
    })
}

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('readme', () => {
  const readme = join(root, 'README.md')
  const blocks = existsSync(readme) ? blocksOf(readFileSync(readme, 'utf8')) : []
  const examples = examplesOf(blocks)
  const commands = commandsOf(blocks)

  beforeAll(() => {
    for (const name of ['package.json', 'lib', 'pipelines', 'properties', 'traces', 'node_modules'])
      if (existsSync(join(root, name))) symlinkSync(join(root, name), join(folder, name))
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }))
    for (const { block } of examples) writeFileSync(fileOf(block), block.text)
    for (const block of blocks) if (block.file) writeFileSync(join(folder, block.file), `${block.text}\n`)
  })

  it('README.md has an example in code, with its output, and the command that runs the main job', () => {
    expect(examples.length).toBeGreaterThan(0)
    expect(examples.some(({ printed }) => printed !== '')).toBe(true)
    expect(commands.some(({ command }) => command === 'npm start')).toBe(true)
  })

  it('every command of a shell block is run here or known to be none of ours to run', () =>
    expect(commands.filter(({ command }) => !isKnown(command)).map(({ command, line }) => `README.md:${line}: ${command}`)).toEqual([]))

  it('every output belongs to an example', () =>
    expect(
      blocks
        .filter(({ language }, i) => language === 'text' && !['ts', 'sh'].includes(blocks[i - 1]?.language))
        .map(({ line }) => `README.md:${line}`)
    ).toEqual([]))

  it('the examples have no type error', () => expect(typeErrors(examples.map(({ block }) => fileOf(block)))).toEqual([]))

  for (const { block, printed } of examples)
    it(`the example at line ${block.line} prints what README.md says`, () =>
      expect(seen(execute(join(root, 'node_modules/.bin/tsx'), [fileOf(block)], folder))).toBe(seen(printed)))

  for (const { command, line, printed } of commands.filter(({ command }) => isRun(command))) {
    const lacks = command.includes(' record ') && spawnSync('valgrind', ['--version']).status !== 0
    const because = lacks ? ': not run, Valgrind is missing (apt-get install valgrind)' : ''
    it.skipIf(lacks)(
      `${command} (line ${line}) ends well${printed === undefined ? '' : ' and prints what README.md says'}${because}`,
      () => {
        // npm announces the script in two lines, which are not the program's.
        const output = execute('sh', ['-c', command], folder).replace(/^(\n?> .*\n)+\n?/, '')
        expect(output).not.toBe('')
        if (printed !== undefined && !isExcerpt(printed, output)) expect(seen(output)).toBe(seen(printed))
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
    '```sh',
    'npm ci && npm start # all',
    'rm -rf \\',
    '  x',
    '```'
  ].join('\n')
  const blocks = blocksOf(markdown)

  it('an example has the text block that comes next for its output, or none', () =>
    expect(examplesOf(blocks).map(({ block, printed }) => [block.text, block.file, block.line, printed])).toEqual([
      ['one', undefined, 2, ' 1 '],
      ['two', 'own.ts', 9, '']
    ]))

  it('a shell line is as many commands as it joins, and the last has the output', () =>
    expect(commandsOf([...blocks, { language: 'text', text: 'x', line: 20 }])).toEqual([
      { command: 'npm ci', line: 13 },
      { command: 'npm start', line: 13 },
      { command: 'rm -rf x', line: 14, printed: 'x' }
    ]))

  it('an output may be shown in part, and a part that differs is seen', () => {
    expect(isExcerpt('a\n...\n(d)', 'a\nb\nc\n(d)\n')).toBe(true)
    expect(isExcerpt('...', 'a\nb')).toBe(true)
    expect(isExcerpt('a\nb', 'a\nb  \n')).toBe(true)
    expect(isExcerpt('a\n...\nc', 'a\nb\nd')).toBe(false)
    expect(isExcerpt('a', 'a\nb')).toBe(false)
  })

  it('an unknown command is not passed over', () =>
    expect(['npm start -- run a.json', 'npm ci', 'rm -rf x', 'npm starting'].map(isKnown)).toEqual([true, true, false, false]))

  it('a block that is not closed is refused', () => expect(() => blocksOf('```ts\n')).toThrow('README.md:1: the block is not closed'))

  it('an example that prints something else, or has a wrong type, is caught', () => {
    const file = join(folder, 'planted.ts')
    writeFileSync(file, 'const n: string = 1\nconsole.log(n)\n')
    expect(typeErrors([file])).toEqual(["planted.ts:1: Type 'number' is not assignable to type 'string'."])
    expect(seen(execute(join(root, 'node_modules/.bin/tsx'), [file], root))).toBe('1')
  })
})
