import { formatNumber } from '../../lib/report/numbers'
import type { Progress } from '../checkOptions'

/** Where a check tells how far it is. */
export type CheckProgress = { readonly at: (what: string, progress: Progress) => void; readonly clear: () => void }

/** Back to the start of the line and clear it. */
const CLEAR = '\r\u001b[K'

/** Progress of checks on one line of standard error when that is a terminal and nobody asked for quiet; else none. At most ten times a second. */
export const checkProgress = ({ quiet }: { readonly quiet: boolean }): CheckProgress => {
  if (quiet || process.stderr.isTTY !== true) return { at: () => undefined, clear: () => undefined }
  const began = performance.now()
  let told = 0
  return {
    at: (what, progress) => {
      const now = performance.now()
      if (now - told < 100) return
      told = now
      process.stderr.write(`${CLEAR}${progressLine(what, progress, (now - began) / 1000)}`)
    },
    clear: () => {
      process.stderr.write(CLEAR)
    }
  }
}

const CELLS = 24

/** A check's progress on a line; `seconds`: since the checks began. */
export const progressLine = (what: string, progress: Progress, seconds: number): string => {
  if (progress.type === 'shrinking') {
    const { invariant, shrinks, tried, entries } = progress
    return `${what}: ${invariant} is broken; shrinking, ${formatNumber(shrinks)} steps, ${formatNumber(tried)} tried in vain, ${formatNumber(entries)} entries (Ctrl-C: enough)`
  }
  const { runs, of } = progress
  const filled = Math.floor((CELLS * runs) / of)
  return `${what}: ${'█'.repeat(filled)}${'░'.repeat(CELLS - filled)} ${formatNumber(runs)} of ${formatNumber(of)} runs, ${formatNumber(seconds)} s`
}
