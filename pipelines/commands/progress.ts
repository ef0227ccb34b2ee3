import { formatTime, type Time } from '../../lib/time/time'

/** Where long work tells how far it is. */
export type Progress = { readonly at: (what: string, virtualTime: Time) => void; readonly clear: () => void }

/** Back to the start of the line and clear it. */
const CLEAR = '\r\u001b[K'

/** One line of standard error that is written over. */
export type Line = { readonly show: (text: string) => void; readonly clear: () => void }

/** A line of standard error, written at most ten times a second, when that is a terminal and nobody asked for quiet; else none. */
export const terminalLine = ({ quiet }: { readonly quiet: boolean }): Line => {
  if (quiet || process.stderr.isTTY !== true) return { show: () => undefined, clear: () => undefined }
  let told = Number.NEGATIVE_INFINITY
  return {
    show: (text) => {
      const now = performance.now()
      if (now - told < 100) return
      told = now
      process.stderr.write(`${CLEAR}${text}`)
    },
    clear: () => {
      process.stderr.write(CLEAR)
    }
  }
}

/** Progress on one line of standard error. */
export const terminalProgress = (options: { readonly quiet: boolean }): Progress => {
  const { show, clear } = terminalLine(options)
  return { at: (what, virtualTime) => show(`${what}: ${formatTime(virtualTime)} of virtual time`), clear }
}
