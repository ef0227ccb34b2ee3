import type { Signal } from '../protocol/signal'
import type { Time } from '../time/time'
import type { Heard } from './forecastState'

/**
 * Of a state that goes through files: which step is under way, since when, how many pages are in it, how many have been dumped in all, and how fast the source was seen to dump.
 */
export type Files = {
  readonly step: 'none' | 'dumping' | 'sending' | 'flushing' | 'rebuilding' | 'rebuilt'
  readonly since: Time
  readonly pages: number
  readonly all: number
  readonly nsPerPage: number | undefined
}

/** Nothing has been dumped. @internal */
export const noFiles: Files = { step: 'none', since: 0, pages: 0, all: 0, nsPerPage: undefined }

/** The steps after a signal, told by the order of answers: pages named or read from the log, dumped, sent, arrived (once the guest stands still), rebuilt. @internal */
export const hearFiles = (files: Files, signal: Signal, { left, stage }: Pick<Heard, 'left' | 'stage'>): Files => {
  const { at } = signal
  switch (signal.type) {
    case 'selected':
    case 'synced':
      return left === undefined
        ? files
        : { ...files, step: 'dumping', since: at, pages: left.count, all: Math.min(left.size, Math.max(files.all, left.count)) }
    case 'suspended':
      return { ...files, step: 'none', since: at }
    case 'sent':
      return { ...files, step: stage === 'stopped' ? 'flushing' : 'none', since: at }
    case 'done':
      return answered(files, at)
    default:
      return files
  }
}

const answered = (files: Files, at: Time): Files => {
  switch (files.step) {
    case 'dumping':
      return { ...files, step: 'sending', ...(files.pages > 0 && { nsPerPage: (at - files.since) / files.pages }), since: at }
    case 'flushing':
      return { ...files, step: 'rebuilding', since: at }
    case 'rebuilding':
      return { ...files, step: 'rebuilt', since: at }
    default:
      return files
  }
}

/** The nanoseconds that files still take, and whether that is known: hosts whose rates are stated, or the source has dumped. */
export type FilesToCome = { readonly ns: Time; readonly known: boolean }

/** How long the files of a guest that stands still (or would now) are still under way: dumped at the stated rate, or as it was seen to be, and rebuilt likewise. @internal */
export const filesToCome = (heard: Heard, left: number): FilesToCome => {
  const { files, at, known } = heard
  if (files === undefined || files.step === 'rebuilt') return { ns: 0, known: true }
  const rebuild = nsPerPage(heard, known.rebuildBytesPerSecond)
  const all = content(heard, Math.max(files.all, left))
  if (files.step === 'rebuilding')
    return rebuild === undefined
      ? { ns: at - files.since, known: false }
      : { ns: Math.max(0, all * rebuild - (at - files.since)), known: true }
  const rebuildNs = all * (rebuild ?? 0)
  if (files.step === 'sending' || files.step === 'flushing') return { ns: rebuildNs, known: rebuild !== undefined }
  const dump = dumpNs(heard)
  const dumpedNs = files.step === 'dumping' ? at - files.since : 0
  const dumpLeft = dump === undefined ? dumpedNs : Math.max(0, content(heard, left) * dump - dumpedNs)
  return { ns: dumpLeft + rebuildNs, known: dump !== undefined && rebuild !== undefined }
}

/** How long the files of a guest take that still runs, and is stopped when so many pages are left; less what has been dumped of the round under way. @internal */
export const filesAhead = (heard: Heard, left: number, residual: number): FilesToCome & { readonly downNs: Time } => {
  const { files, at, known } = heard
  if (files === undefined) return { ns: 0, downNs: 0, known: true }
  const [dump, rebuild] = [dumpNs(heard), nsPerPage(heard, known.rebuildBytesPerSecond)]
  const dumped =
    files.step === 'dumping' ? Math.min(at - files.since, left * (dump ?? 0)) : files.step === 'sending' ? left * (dump ?? 0) : 0
  const all = content(heard, Math.max(files.all, residual))
  const downNs = residual * (dump ?? 0) + all * (rebuild ?? 0)
  return { ns: downNs - dumped, downNs, known: dump !== undefined && rebuild !== undefined }
}

/** The nanoseconds of a page to be dumped, as stated or as seen; `undefined`: nobody knows. @internal */
export const dumpNs = (heard: Heard): number | undefined => nsPerPage(heard, heard.known.dumpBytesPerSecond) ?? heard.files?.nsPerPage

const nsPerPage = ({ guest }: Heard, bytesPerSecond: number | undefined): number | undefined =>
  bytesPerSecond === undefined ? undefined : (guest.pageBytes * 1e9) / bytesPerSecond

/** Pages without content are in no file. */
const content = ({ guest, known: { zeroPages = 0 } }: Heard, pages: number): number => Math.min(pages, guest.pages - zeroPages)
