import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import * as pageSet from '../lib/memory/pageSet'
import type { DiskRules } from '../lib/migration/diskRules'
import { pausedAndDrained, type Undrained } from '../lib/migration/drain'
import { mirrored } from '../lib/migration/mirrored'
import { type Dumped, preDumped } from '../lib/migration/preDumped'
import type { Recovery } from '../lib/migration/recovery'
import { concludedOf, prepare, release, switchOver } from '../lib/migration/stages'
import type { StopRule } from '../lib/migration/stopRule'
import { or, residualBelow, roundsAtMost } from '../lib/migration/stopRule'
import type { Level } from '../lib/protocol/command'
import { type Compression, checkedCompression } from '../lib/protocol/compression'
import type { Attempt } from '../lib/protocol/phase'
import { andKeep, andThen, done, map, request } from '../lib/protocol/phase'
import type { Pipeline } from '../lib/protocol/pipeline'

/**
 * How a container moves. `level`: which memory is dumped (default: an application's, for the kernel stays). `fileSystem`: the rules of its disk's rounds, by default those of blocks in
 * use, until a round left less than 1 MiB or 8 are done (p.haul's MIN_ITER_FS and MAX_ITERS, phaul/iters.py). `preDump`: the rule that ends dumps ahead of the last, made while it
 * runs (default: none are made; p.haul's is `pHaul().until`). `compression` of the files on their way (default: none). `recovery`: how long a commit without an answer waits.
 */
export type DumpAndRestoreOptions = {
  readonly level?: Level
  readonly fileSystem?: DiskRules
  readonly preDump?: StopRule
  readonly compression?: Compression
  readonly recovery?: Recovery
}

/** The rules of the file system's rounds unless others are given (see `DumpAndRestoreOptions`); a forecast needs them too. */
export const usualFileSystem: DiskRules = {
  blocks: 'used',
  mirror: 'rounds',
  until: or(residualBelow({ bytes: 2 ** 20 }), roundsAtMost(8))
}

/**
 * Migration of a container in four steps: its file system in rounds while it runs; then it is frozen, what was written to the file system since follows, and its state is saved
 * into a file; the file is transferred; it is restarted from the file. (CRIU and p.haul; the steps as in Souto's outline of container migration, 2020.)
 *
 *     dumpAndRestore  =  mirror the file system  then (pre-dumps)  then freeze, drain and dump  then send  then rebuild and resume
 *
 * How long dumping and rebuilding take is the hosts' `dumpBytesPerSecond` and `rebuildBytesPerSecond`; each step is measured by `restartSteps`.
 */
export const dumpAndRestore = (options: DumpAndRestoreOptions = {}): Pipeline => {
  const { level = 'application', fileSystem, preDump, recovery } = options
  const compression = checkedCompression('dumpAndRestore', options.compression)
  const withFiles = mirrored({ ...usualFileSystem, ...fileSystem })
  const nothing: Attempt<Dumped | null> = done(E.right(null))
  return (guest) =>
    pipe(
      prepare(),
      andThen('file system', () =>
        withFiles(guest)<Dumped | null>(() => (preDump === undefined ? nothing : preDumped({ level, until: preDump, compression })(guest)))
      ),
      andThen('freeze', ({ value, disk }) => frozen(value, disk, { level, compression, recovery })),
      andThen('release', release),
      concludedOf(guest)
    )
}

/** Steps two to four, while it stands still. */
const frozen = (
  before: Dumped | null,
  disk: Undrained | undefined,
  { level, compression, recovery }: Required<Pick<DumpAndRestoreOptions, 'level'>> & DumpAndRestoreOptions
): Attempt<unknown> =>
  pipe(
    pausedAndDrained(disk),
    andThen('dump', (clockNs) =>
      pipe(
        before === null ? all(level) : written(before),
        andKeep('file', ({ owed }) => request({ type: 'dump', pages: owed })),
        andKeep('transfer', ({ owed }) =>
          request({ type: 'send', pages: owed, place: 'always', ...(compression === undefined ? {} : { compression }) })
        ),
        andKeep('arrival', () => request({ type: 'flush' })),
        andThen('rebuild', ({ pages }) => request({ type: 'rebuild', pages })),
        andThen('switch over', () => switchOver({ clockNs, recovery }))
      )
    )
  )

const all = (level: Level): Attempt<Dumped> => pipe(request({ type: 'select', level }), map(E.map(({ pages }) => ({ pages, owed: pages }))))

const written = ({ pages, owed }: Dumped): Attempt<Dumped> =>
  pipe(request({ type: 'sync' }), map(E.map(({ dirty }) => ({ pages: pageSet.union(pages, dirty), owed: pageSet.union(owed, dirty) }))))
