import { nanvixSections, nanvixState } from '../guest/nanvixProcess'
import type { Data } from '../protocol/data'
import type { ProcessImage, ProcessPiece, ProcessSection } from '../protocol/process'
import { type CheckedProcesses, PAGE_BYTES, type ProcessSpec } from './processOptions'

/**
 * What a piece holds: which process wrote it and which piece it is, how many writes it has seen since the process began, and the word that its program put there (0: none yet); of a process's state in the kernel the
 * cycles of core time that each of its threads has `had`, and the order in which they go on (`queue`).
 * @internal
 */
export type Stamp = {
  readonly of: string
  readonly section: ProcessSection
  readonly index: number
  readonly version: number
  readonly word: number
  readonly had?: readonly number[]
  readonly queue?: readonly number[]
}

/** A piece's name in tables. @internal */
export const pieceKey = ({ section, index }: Pick<ProcessPiece, 'section' | 'index'>): string => `${section} ${index}`

/** The pieces of a process in the order of their transfer; `endsBytes` of its ends, none where that is 0. @internal */
export const imageOf = (
  process: string,
  { user, threads, pages, userBytes }: ProcessSpec,
  layout: CheckedProcesses['layout'],
  endsBytes: number
): ProcessImage => {
  const pieces = (section: ProcessSection, sizes: readonly number[]): readonly ProcessPiece[] =>
    sizes.map((bytes, index) => ({ section, index, bytes }))
  const whole = (n: number): readonly number[] => Array.from({ length: n }, () => PAGE_BYTES)
  const ofUser = Math.ceil(userBytes / PAGE_BYTES)
  return {
    process,
    user,
    threads,
    pages,
    pieces: [
      ...pieces('user', [...whole(ofUser - 1), userBytes - (ofUser - 1) * PAGE_BYTES]),
      ...(layout === 'uArea'
        ? pieces('uArea', [nanvixSections.uArea.bytes])
        : pieces(
            'scattered',
            Object.values(nanvixState).map(({ bytes, count }) => bytes * count)
          )),
      ...pieces('systemBoard', [nanvixSections.systemBoard.bytes]),
      ...pieces('pageDirectory', [nanvixSections.pageDirectory.bytes]),
      ...pieces('pageTable', [nanvixSections.pageTable.bytes]),
      ...pieces('kernelPageIds', [nanvixSections.kernelPageIds.bytes]),
      ...pieces('stacks', whole(2 * threads + Math.min(pages, 1))),
      ...pieces('frameBitmap', [nanvixSections.frameBitmap.bytes]),
      ...pieces('frames', whole(pages)),
      ...(endsBytes === 0 ? [] : pieces('ends', [endsBytes]))
    ]
  }
}

/** Whether a piece is a page that threads write, which may come later than the rest. @internal */
export const isPage = ({ section }: Pick<ProcessPiece, 'section'>): boolean =>
  section === 'user' || section === 'stacks' || section === 'frames'

/** Whether a piece says what core time threads have had. @internal */
export const holdsState = ({ section, index }: Pick<ProcessPiece, 'section' | 'index'>): boolean =>
  section === 'uArea' || (section === 'scattered' && index === THREADS)

const THREADS = Object.keys(nanvixState).indexOf('threads')

/** The piece in which a page of a process's memory stands: allocated pages first, then those of its code and data. Undefined: it has no such page. @internal */
export const pieceOfPage = (page: number, { pages, userBytes }: Pick<ProcessSpec, 'pages' | 'userBytes'>): string | undefined => {
  if (!(Number.isSafeInteger(page) && page >= 0 && page < pages + Math.ceil(userBytes / PAGE_BYTES))) return undefined
  return pieceKey(page < pages ? { section: 'frames', index: page } : { section: 'user', index: page - pages })
}

/** Content of a piece out of what came over the network; undefined where it is none. @internal */
export const stampFrom = (content: Data): Stamp | undefined => {
  if (typeof content !== 'object' || content === null || Array.isArray(content)) return undefined
  const { of, section, index, version, word, had, queue } = content as Partial<Record<keyof Stamp, Data>>
  if (typeof of !== 'string' || typeof section !== 'string' || typeof word !== 'number') return undefined
  if (!isCount(index) || !isCount(version) || !(had === undefined || areCounts(had)) || !(queue === undefined || areCounts(queue)))
    return undefined
  return {
    of,
    section: section as ProcessSection,
    index,
    version,
    word,
    ...(had === undefined ? {} : { had }),
    ...(queue === undefined ? {} : { queue })
  }
}

const isCount = (value: Data): value is number => Number.isSafeInteger(value) && (value as number) >= 0
const areCounts = (value: Data): value is readonly number[] => Array.isArray(value) && value.every(isCount)
