import { formatTime, type Time } from '../../lib/time/time'

/** Where long work tells how far it is. */
export type Progress = { readonly at: (what: string, virtualTime: Time) => void; readonly clear: () => void }

/** Back to the start of the line and clear it. */
const CLEAR = '\r\u001b[K'

/** Progress on one line of standard error when that is a terminal and nobody asked for quiet; else none. At most ten times a second. */
export const terminalProgress = ({ quiet }: { readonly quiet: boolean }): Progress => {
  if (quiet || process.stderr.isTTY !== true) return { at: () => undefined, clear: () => undefined }
  let told = 0
  return {
    at: (what, virtualTime) => {
      const now = performance.now()
      if (now - told < 100) return
      told = now
      process.stderr.write(`${CLEAR}${what}: ${formatTime(virtualTime)} of virtual time`)
    },
    clear: () => {
      process.stderr.write(CLEAR)
    }
  }
}
