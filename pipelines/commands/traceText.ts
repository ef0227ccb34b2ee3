import type { PageTrace } from '../../lib/guest/pageTrace'
import { summary, type TraceSummary } from '../../lib/guest/traceSummary'
import { formatNumber } from '../../lib/report/numbers'
import { timeAxis } from '../../lib/report/timeAxis'
import { formatTime } from '../../lib/time/time'

/** What is in a trace, for people: the program, its pages, its dirty rate over time as a chart, and its writable working set. */
export const traceText = (name: string, trace: PageTrace, instructionsPerSecond = 1e9): string => {
  const { header } = trace
  const found = summary(trace, { instructionsPerSecond, bins: BINS })
  const { pages, pageBytes, pagesRead, pagesWritten, instructions, quanta, reads, writes, durationNs } = found
  return [
    `${name}: ${header.program.name} ${header.program.version}, recorded with ${header.recordedWith}`,
    `command       ${header.command.join(' ')}`,
    `pages         ${formatNumber(pages)} of ${formatNumber(pageBytes)} bytes (${formatNumber((pages * pageBytes) / 1e6, 1)} MB): ${formatNumber(pagesRead)} read before they were written in some quantum, ${formatNumber(pagesWritten)} written`,
    `instructions  ${millions(instructions)} in ${formatNumber(quanta)} quanta: ${millions(reads)} reads (fetches included), ${millions(writes)} writes`,
    `time          ${formatTime(durationNs)} at ${millions(instructionsPerSecond)} instructions per second`,
    '',
    ...dirtyRateText(found),
    '',
    'writable working set: distinct pages written in windows of one length; hot pages are written in at least half of them',
    `${'window'.padStart(10)}${'windows'.padStart(9)}${'mean'.padStart(8)}${'least'.padStart(8)}${'most'.padStart(8)}${'hot'.padStart(8)}  pages`,
    ...found.workingSet.map(
      ({ windowNs, windows, meanPages, leastPages, mostPages, hotPages }) =>
        formatTime(windowNs).padStart(10) +
        formatNumber(windows).padStart(9) +
        [meanPages, leastPages, mostPages, hotPages].map((n) => formatNumber(Math.round(n)).padStart(8)).join('')
    )
  ].join('\n')
}

const BINS = 90
const HEIGHT = 6
const eighths = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']

const dirtyRateText = ({ dirtyRate, durationNs }: TraceSummary): readonly string[] => {
  const most = Math.max(1, ...dirtyRate.map(({ pagesPerSecond }) => pagesPerSecond))
  const label = formatNumber(most)
  const gutter = ' '.repeat(label.length + 1)
  const lines = Array.from({ length: HEIGHT }, (_, line) => {
    const cells = dirtyRate.map(({ pagesPerSecond }) => {
      const filled = Math.ceil((pagesPerSecond / most) * HEIGHT * 8) - (HEIGHT - 1 - line) * 8
      return eighths[Math.max(0, Math.min(8, filled))]
    })
    return `${(line === 0 ? label : '').padStart(label.length)} ${cells.join('')}`.trimEnd()
  })
  const axis = timeAxis({ span: Math.max(1, durationNs), columns: dirtyRate.length, formatted: formatTime })
  const width = formatTime(Math.round(durationNs / dirtyRate.length))
  return [`dirty rate, pages/s: distinct pages written in each ${width}, by its length`, ...lines, ...axis.map((line) => gutter + line)]
}

const millions = (n: number): string => `${formatNumber(n / 1e6, 1)} million`
