/** A fenced block of a document: its language, the file it says it is (```json limits.json), its text, and the line at which it begins. */
export type Block = { readonly language: string; readonly file?: string; readonly text: string; readonly line: number }

/** A block of TypeScript and what it prints: the text block that comes next, or nothing. */
export type Example = { readonly block: Block; readonly printed: string }

/** A command of a shell block: with what it ends (`# exit code 1`), and what it prints if that is shown. */
export type Command = { readonly command: string; readonly line: number; readonly status: number; readonly printed?: string }

/** The fenced blocks of a document in their order. Throws when one is not closed. */
export const blocksOf = (document: string, markdown: string): readonly Block[] => {
  const lines = markdown.split('\n')
  const fences = lines.flatMap((line, n) => (/^```/.test(line) ? [n] : []))
  if (fences.length % 2 === 1) throw new Error(`${document}:${fences.at(-1)! + 1}: the block is not closed`)
  return fences
    .filter((_, i) => i % 2 === 0)
    .map((from, i) => {
      const [language, file] = lines[from].slice(3).trim().split(/\s+/)
      const text = lines.slice(from + 1, fences[2 * i + 1]).join('\n')
      return { language, text, line: from + 1, ...(file ? { file } : {}) }
    })
}

/** Whether a block is a test to be run by vitest, and not a program. */
export const isTest = ({ language, file = '' }: Block): boolean => language === 'ts' && file.endsWith('.test.ts')

/** Every block of TypeScript that is a program. */
export const examplesOf = (blocks: readonly Block[]): readonly Example[] =>
  blocks.flatMap((block, i) =>
    block.language === 'ts' && !isTest(block) ? [{ block, printed: blocks[i + 1]?.language === 'text' ? blocks[i + 1].text : '' }] : []
  )

/** Text blocks that show what nothing prints. */
export const strayOutputs = (blocks: readonly Block[]): readonly Block[] =>
  blocks.filter(({ language }, i) => language === 'text' && !['ts', 'sh'].includes(blocks[i - 1]?.language))

/** The commands of each shell block, one by one, without comments; the last of a block has the text block that comes next for its output. */
export const scriptsOf = (blocks: readonly Block[]): readonly (readonly Command[])[] =>
  blocks.flatMap((block, i) => {
    if (block.language !== 'sh') return []
    const commands = block.text
      .replace(/\\\n/g, '  ')
      .split('\n')
      .flatMap((line, n) => commandsOf(line, block.line + 1 + n))
    const output = blocks[i + 1]?.language === 'text' ? { printed: blocks[i + 1].text } : {}
    return [commands.map((command, n) => (n === commands.length - 1 ? { ...command, ...output } : command))]
  })

const commandsOf = (text: string, line: number): readonly Command[] =>
  text
    .replace(/(^|\s)#.*$/, '')
    .split('&&')
    .map((command) => ({ command: command.replace(/\s+/g, ' ').trim(), line, status: Number(/# exit code (\d+)/.exec(text)?.[1] ?? 0) }))
    .filter(({ command }) => command !== '')

// What a shell block may hold beside the commands that are run here: they install, or run this very suite, or take minutes.
const notRun = [
  /^npm (ci|test)$/,
  /^npm install [\w./-]+$/,
  /^npm run (bench|lint|typecheck|power|mutate)$/,
  /^((SEED|SEED_PATH|RUNS)=\S+ )*npx vitest run( \S+)?$/,
  /^git clone \S+$/,
  /^cd \S+$/,
  /^(sudo )?apt-get install [\w -]+$/,
  /^\.ci\/run$/
]

/** Whether a command is run here: those of the command line are. */
export const isRun = (command: string): boolean => /^npm (start|run properties)( |$)/.test(command)

/** Whether a command is run here, or is known to be none of ours to run. */
export const isKnown = (command: string): boolean => isRun(command) || notRun.some((pattern) => pattern.test(command))

/** A text as a reader sees it: trailing blanks are not seen, and an editor removes them. */
export const seen = (text: string): string => text.replace(/[ \t]+$/gm, '').trimEnd()

/** Whether the output is what was shown of it: a line of `...` alone stands for any number of lines, and `...` in a line for any part of it. */
export const isExcerpt = (shown: string, output: string): boolean => {
  const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const pattern = seen(shown)
    .split('\n')
    .map((line) => (line === '...' ? '(.*\\n)*?' : `${line.split('...').map(escaped).join('.*')}\\n`))
  return new RegExp(`^${pattern.join('')}$`).test(`${seen(output)}\n`)
}
