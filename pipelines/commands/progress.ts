import type { Forecast } from '../../lib/migration/forecast'
import { forecastText } from '../../lib/report/forecastText'
import { formatTime, type Time } from '../../lib/time/time'

/** Where long work tells how far it is. */
export type Progress = {
  /** Whether anybody looks. */
  readonly shown: boolean
  /** What is worked on, the virtual time it has come to, and what can be said of it, asked for only when it is shown. */
  readonly at: (what: string, virtualTime: Time, forecast?: () => Forecast | undefined) => void
  readonly clear: () => void
}

/** Back to the start of the line and clear it. */
const CLEAR = '\r\u001b[K'

/** One line of standard error that is written over. */
export type Line = { readonly shown: boolean; readonly show: (text: string | (() => string)) => void; readonly clear: () => void }

/** A line of standard error, written at most ten times a second, when that is a terminal and nobody asked for quiet; else none. */
export const terminalLine = ({ quiet }: { readonly quiet: boolean }): Line => {
  if (quiet || process.stderr.isTTY !== true) return { shown: false, show: () => undefined, clear: () => undefined }
  let told = Number.NEGATIVE_INFINITY
  return {
    shown: true,
    show: (text) => {
      const now = performance.now()
      if (now - told < 100) return
      told = now
      process.stderr.write(`${CLEAR}${cut(typeof text === 'string' ? text : text())}`)
    },
    clear: () => {
      process.stderr.write(CLEAR)
    }
  }
}

/** A line that wraps cannot be written over. */
const cut = (text: string): string => {
  const width = process.stderr.columns ?? 80
  return text.length < width ? text : `${text.slice(0, Math.max(1, width - 2))}…`
}

/**
 * Progress on one line of standard error, as `terminalLine`: technique, virtual time, and what is forecast of the migration.
 *
 *     pre-copy (2 of 11): 312 ms of virtual time: round 3, 71 %, 75.2 MB/s, dirtied 15,800 pages/s, down 28 ms, 0.2 to 0.5 s left
 */
export const terminalProgress = (options: { readonly quiet: boolean }): Progress => {
  const { shown, show, clear } = terminalLine(options)
  return {
    shown,
    at: (what, virtualTime, forecast) =>
      show(() => {
        const said = forecast?.()
        return `${what}: ${formatTime(virtualTime)} of virtual time${said === undefined ? '' : `: ${forecastText(said)}`}`
      }),
    clear
  }
}
