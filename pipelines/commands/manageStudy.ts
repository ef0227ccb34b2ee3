import { setImmediate } from 'node:timers/promises'
import type { Seed } from '../../lib/random/random'
import { mitigationStudy } from '../managers/mitigationStudy'
import { reproducedText } from '../reproduce/reproducedText'
import { type Ending, ended } from './action'
import type { Wishes } from './manageFlags'
import { terminalLine } from './progress'

/** How near decisions come to the optimum in small fleets, printed. */
export const manageStudy = async (
  { cases, format }: Wishes,
  { seed, quiet, signal }: { readonly seed: Seed; readonly quiet: boolean; readonly signal: AbortSignal }
): Promise<Ending> => {
  const line = terminalLine({ quiet })
  try {
    const progress = async (what: string): Promise<void> => {
      line.show(what)
      await setImmediate()
      signal.throwIfAborted()
    }
    const reproduced = await mitigationStudy.run({ seed, runs: cases, progress })
    line.clear()
    process.stdout.write(`${reproducedText(format, { reproduction: mitigationStudy, seed, reproduced })}\n`)
    return ended
  } catch (error) {
    if (!signal.aborted) throw error
    line.clear()
    return { type: 'interrupted' }
  }
}
