import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import * as ts from 'typescript'

const root = resolve(__dirname, '../..')
const entries = { transhume: 'lib', 'transhume/pipelines': 'pipelines', 'transhume/properties': 'properties' }
const indexOf = (top: string): string => join(root, top, 'index.ts')
const paths = Object.fromEntries(Object.entries(entries).map(([name, top]) => [name, [indexOf(top)]]))
const { compilerOptions: house } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'))
const compilerOptions = { ...house, paths, noUnusedLocals: false }

/** A folder in which a document's files are as in a checkout of the package, and in which the package's own name leads to its sources. */
export const workshop = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'transhume-readme-'))
  for (const name of ['package.json', 'lib', 'pipelines', 'properties', 'traces', 'node_modules'])
    if (existsSync(join(root, name))) symlinkSync(join(root, name), join(folder, name))
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }))
  return folder
}

/** A program's sources with the package's own name replaced by the place of its sources, for whoever reads no `paths`. */
export const withPlaces = (text: string): string =>
  text.replace(/from '(transhume(?:\/\w+)?)'/g, (_, name: keyof typeof entries) => `from '${indexOf(entries[name]).replace(/\.ts$/, '')}'`)

/** What a program printed on standard output, and with what it ended. */
export type Ended = { readonly status: number | null; readonly stdout: string; readonly stderr: string }

/** Runs a program to its end. */
export const execute = (command: string, args: readonly string[], cwd: string): Promise<Ended> =>
  new Promise((settle, reject) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0', COLUMNS: '160' } })
    const texts = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8')
      child[name].on('data', (text: string) => {
        texts[name] += text
      })
    }
    child.on('error', reject)
    child.on('close', (status) => settle({ status, stdout: stripVTControlCharacters(texts.stdout), stderr: texts.stderr }))
  })

/** Runs programs one after the other in one process, which loads what they share once: what each prints, or the error that ended it. */
export const printedBy = async (files: readonly string[], folder: string): Promise<readonly string[]> => {
  const runner = join(folder, 'runner.cjs')
  writeFileSync(runner, RUNNER)
  const { status, stdout, stderr } = await execute('node', ['--require', 'tsx/cjs', runner, ...files], folder)
  if (status !== 0) throw new Error(`the examples ended with ${status}\n${stdout}\n${stderr}`)
  return JSON.parse(stdout)
}

const RUNNER = `
const write = process.stdout.write
const printed = process.argv.slice(2).map((file) => {
  let text = ''
  process.stdout.write = (part) => ((text += part), true)
  try {
    require(file)
  } catch (error) {
    text += String(error && error.stack)
  }
  process.stdout.write = write
  return text
})
console.log(JSON.stringify(printed))
`

/** A command of the package as a shell runs it: `npm start -- trace` without npm's own seconds is what the script of that name says. */
export const withoutNpm = (command: string): string => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  return command.replace(/^npm (?:run )?(\w+) -- /, (_, name: string) => `${scripts[name]} `)
}

/** The errors of types in these files of the folder. */
export const typeErrors = (files: readonly string[], folder: string): readonly string[] => {
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
