import { createInterface } from 'node:readline'
import { perform } from '../../../pipelines/commands/commandLine'
import { kitCommandLine } from '../../../properties/commands/kitCommandLine'

// A process in which one command after the other is performed: each line of its input is the words of one, each line of its output what it said.
const out = process.stdout.write.bind(process.stdout)

const performed = async (words: readonly string[]): Promise<void> => {
  const said = { out: '', err: '' }
  process.stdout.write = ((text: unknown) => {
    said.out += String(text)
    return true
  }) as never
  process.stderr.write = ((text: unknown) => {
    said.err += String(text)
    return true
  }) as never
  process.exitCode = undefined
  await perform(kitCommandLine(), ['node', 'transhume', ...words])
  out(`${JSON.stringify({ ...said, code: Number(process.exitCode ?? 0) })}\n`)
  process.exitCode = undefined
}

// Each command listens for a reader that closes the pipe.
process.stdout.setMaxListeners(0)

const main = async (): Promise<void> => {
  for await (const line of createInterface({ input: process.stdin })) await performed(JSON.parse(line))
}

void main()
