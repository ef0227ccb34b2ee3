import type { Command } from 'commander'
import { isLeft } from 'fp-ts/lib/Either'
import { decode } from '../../lib/codec/decode'
import { numberText } from '../../lib/codec/numberText'
import { positive } from '../../lib/codec/quantities'
import { openTraceFile, shippedTraces } from '../experiment/shippedTraces'
import { action, type Ending, ended, refused } from './action'
import { traceText } from './traceText'

/** Adds `trace`: what is in recorded traces. */
export const addTraceCommand = (program: Command): Command =>
  program
    .command('trace')
    .description('show what is in recorded traces: pages, reads, writes, dirty rate over time, writable working set')
    .argument('[trace...]', `names of shipped traces (${shippedTraces().join(', ')}) or files; without one, the shipped ones`)
    .option('--instructions-per-second <n>', 'speed of the program (default 1e9, so that an instruction is a nanosecond)')
    .action(
      action((_signal, traces: readonly string[], { instructionsPerSecond }: { readonly instructionsPerSecond?: string }) =>
        show(traces.length === 0 ? shippedTraces() : traces, instructionsPerSecond)
      )
    )

const show = async (traces: readonly string[], speed: string | undefined): Promise<Ending> => {
  const instructionsPerSecond = decode(numberText(positive))(speed ?? '1e9')
  if (isLeft(instructionsPerSecond))
    return refused(...instructionsPerSecond.left.map((problem) => ({ ...problem, path: '--instructions-per-second' })))
  const texts: string[] = []
  for (const name of traces) {
    const trace = openTraceFile(name)
    if (isLeft(trace)) return refused(trace.left)
    texts.push(traceText(name, trace.right, instructionsPerSecond.right))
  }
  process.stdout.write(`${texts.join('\n\n')}\n`)
  return ended
}
