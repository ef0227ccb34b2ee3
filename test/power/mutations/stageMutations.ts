import type { Mutation } from '../mutation'

const stages = 'lib/migration/stages.ts'
const copy = 'lib/migration/stopAndCopy.ts'

const flush = "    andThen('flush', () => request({ type: 'flush' })),\n"
const commit = "    andThen('commit', () => commit(checkedRecovery('switchOver', recovery))),\n"
const committed = "committed: f.order === 'resume' || f.order === 'redirect'"
const resume = "    andThen('resume', () => request({ type: 'resume', where: 'target', missing, clockNs })),\n"

/** Mistakes in the stages that all techniques share, and in the stop-and-copy: lib/migration/stages.ts, stopAndCopy.ts. */
export const stageMutations: readonly Mutation[] = [
  {
    name: 'resumeBeforeCommit',
    kind: 'ownership passes at the wrong time',
    mistake: 'The guest goes on at the target before ownership has passed.',
    edits: [{ file: stages, find: commit + resume, put: resume + commit }],
    swarms: ['stopAndCopies', 'precopies']
  },
  {
    name: 'noCommit',
    kind: 'ownership passes at the wrong time',
    mistake: 'The guest goes on at the target and nobody has told it that the guest is its own.',
    edits: [{ file: stages, find: commit, put: '' }],
    swarms: ['stopAndCopies']
  },
  {
    name: 'commitBeforeContext',
    kind: 'two steps in the wrong order',
    mistake: 'Ownership passes before the execution context has been sent.',
    edits: [
      { file: stages, find: commit, put: '' },
      {
        file: stages,
        find: "    request({ type: 'sendContext' }),\n",
        put: "    commit(checkedRecovery('switchOver', recovery)),\n    andThen('context', () => request({ type: 'sendContext' })),\n"
      }
    ],
    swarms: ['stopAndCopies', 'postcopies'],
    runs: 3000
  },
  {
    name: 'noContext',
    kind: 'a page dropped',
    mistake: 'The execution context is never sent.',
    edits: [{ file: stages, find: `    request({ type: 'sendContext' }),\n${flush}`, put: "    request({ type: 'flush' }),\n" }],
    swarms: ['stopAndCopies', 'postcopies']
  },
  {
    name: 'noBarrierBeforeTheCommit',
    kind: 'an acknowledgement lost',
    mistake: 'Ownership passes while pages may still be on their way.',
    edits: [{ file: stages, find: flush, put: '' }],
    swarms: ['stopAndCopies', 'precopies', 'hybrids'],
    runs: 2000
  },
  {
    name: 'commitBeforeTheBarrier',
    kind: 'two steps in the wrong order',
    mistake: 'The barrier stands behind the commit.',
    edits: [{ file: stages, find: flush + commit, put: commit + flush }],
    swarms: ['stopAndCopies', 'precopies', 'hybrids'],
    runs: 2000
  },
  {
    name: 'resumeAtTheWrongEnd',
    kind: 'the wrong lane or address',
    mistake: 'The guest goes on at the source after ownership has passed to the target.',
    edits: [{ file: stages, find: "where: 'target', missing, clockNs", put: "where: 'source', missing, clockNs" }],
    swarms: ['stopAndCopies']
  },
  {
    name: 'clockNotHandedOver',
    kind: 'a clock',
    mistake: 'The target starts the clock of the guest from its own.',
    edits: [{ file: stages, find: "where: 'target', missing, clockNs })", put: "where: 'target', missing })" }],
    swarms: ['stopAndCopies', 'precopies', 'postcopies', 'hybrids']
  },
  {
    name: 'clockOfAnotherUnit',
    kind: 'a clock',
    mistake: 'The clock is handed over in microseconds and read as nanoseconds.',
    edits: [{ file: stages, find: 'map(E.map(({ clockNs }) => clockNs))', put: 'map(E.map(({ clockNs }) => Math.floor(clockNs / 1000)))' }],
    swarms: ['stopAndCopies', 'precopies']
  },
  {
    name: 'undecidedTakenForAborted',
    kind: 'split brain',
    mistake: 'A source whose commit was not answered in time resumes its copy; the commit may have arrived.',
    edits: [{ file: stages, find: "order === 'commit'\n", put: 'false\n' }],
    swarms: ['stopAndCopies', 'precopies', 'postcopies', 'hybrids'],
    runs: 2000
  },
  {
    name: 'timeOutsOnBothSides',
    kind: 'split brain',
    mistake: 'Both ends time out on the other: the target resumes without the word of the commit, the source after a silence.',
    edits: [
      {
        file: stages,
        find: commit,
        put: "    andThen('commit', () => pipe(request({ type: 'commit' }), chain('anyway', () => done(E.right(null))))),\n"
      },
      { file: stages, find: committed, put: 'committed: false' }
    ],
    swarms: ['stopAndCopies', 'precopies', 'postcopies', 'hybrids'],
    runs: 2000
  },
  {
    name: 'lostTakenForAborted',
    kind: 'split brain',
    mistake: 'The target fails to resume after the commit, and the source goes on with a guest that it has given away.',
    edits: [{ file: stages, find: committed, put: "committed: f.order === 'redirect'" }],
    swarms: ['stopAndCopies', 'precopies'],
    runs: 2000
  },
  {
    name: 'failedReleaseTakenForAborted',
    kind: 'split brain',
    mistake: 'A release that fails is taken for a migration that did not happen, and the source resumes its copy.',
    edits: [
      {
        file: stages,
        find: 'map(E.map(({ needs }) => needs)),\n    mapFailure((f) => ({ ...f, committed: true }))',
        put: 'map(E.map(({ needs }) => needs))'
      }
    ],
    swarms: ['postcopies', 'hybrids', 'demandPostcopies'],
    equivalent:
      'A release is refused only where the source itself has failed with pages still missing; then its resumption, which an abort asks for, is refused as well, and the guest is lost either way.'
  },
  {
    name: 'failedFlushTakenForLost',
    kind: 'a failure taken for something else',
    mistake: 'A link that breaks before the commit is taken for the loss of the guest, which is whole at the source.',
    edits: [{ file: stages, find: committed, put: `${committed} || f.order === 'flush'` }],
    swarms: ['stopAndCopies', 'precopies'],
    runs: 2000
  },
  {
    name: 'failedContextTakenForLost',
    kind: 'a failure taken for something else',
    mistake: 'A context that cannot be sent is taken for the loss of the guest.',
    edits: [{ file: stages, find: committed, put: `${committed} || f.order === 'sendContext'` }],
    swarms: ['stopAndCopies', 'precopies'],
    runs: 2000
  },
  {
    name: 'failedCommitTakenForCommitted',
    kind: 'a failure taken for something else',
    mistake: 'A commit without an answer counts as passed.',
    edits: [{ file: stages, find: committed, put: `${committed} || f.order === 'commit'` }],
    swarms: ['stopAndCopies'],
    equivalent: 'The end of every pipeline looks at the order first: a failed commit is undecided whether it counts as passed or not.'
  },
  {
    name: 'abortedAndNotResumed',
    kind: 'left behind',
    mistake: 'After an abort nobody lets the guest go on at the source.',
    edits: [{ file: stages, find: "request({ type: 'resume', where: 'source' })", put: "request({ type: 'wake', afterNs: 0 })" }],
    swarms: ['stopAndCopies', 'precopies']
  },
  {
    name: 'abortedAndResumedAtTheTarget',
    kind: 'the wrong lane or address',
    mistake: 'After an abort the guest is resumed at the end it was to go to.',
    edits: [{ file: stages, find: "request({ type: 'resume', where: 'source' })", put: "request({ type: 'resume', where: 'target' })" }],
    swarms: ['stopAndCopies', 'precopies']
  },
  {
    name: 'abortedSayingTheTarget',
    kind: 'a failure taken for something else',
    mistake: 'The outcome of an abort names the wrong host.',
    edits: [
      {
        file: stages,
        find: "{ type: 'lost', reason: resumed.left.reason } : { type: 'aborted', reason, running: 'source' }",
        put: "{ type: 'lost', reason: resumed.left.reason } : { type: 'aborted', reason, running: 'target' }"
      }
    ],
    swarms: ['stopAndCopies']
  },
  {
    name: 'abortedThoughTheSourceIsGone',
    kind: 'a failure taken for something else',
    mistake: 'An abort whose resumption is refused is told as one that left the guest running.',
    edits: [
      {
        file: stages,
        find: "E.isLeft(resumed) ? { type: 'lost', reason: resumed.left.reason } : { type: 'aborted'",
        put: "false ? { type: 'lost', reason: '' } : { type: 'aborted'"
      }
    ],
    swarms: ['stopAndCopies', 'precopies'],
    runs: 2000
  },
  {
    name: 'abortedAndThrottled',
    kind: 'left behind',
    mistake: 'An aborted push leaves its throttle on the guest.',
    edits: [{ file: stages, find: "          andThen('unthrottle', () => request({ type: 'throttle', fraction: 0 })),\n", put: '' }],
    swarms: ['precopies'],
    runs: 2000
  },
  {
    name: 'abortedAndTracked',
    kind: 'left behind',
    mistake: 'An aborted push leaves dirty logging on, and the guest pays for its first writes for ever.',
    edits: [{ file: stages, find: "            andThen('untrack', () => untracked()),\n", put: '' }],
    swarms: ['precopies'],
    runs: 2000
  },
  {
    name: 'abortedAndNotAbandoned',
    kind: 'left behind',
    mistake: 'The target keeps the reservation and the copies of a migration that was aborted.',
    edits: [{ file: stages, find: "request({ type: 'abandon' })", put: "request({ type: 'wake', afterNs: 0 })" }],
    swarms: ['precopies', 'stopAndCopies'],
    runs: 2000
  },
  {
    name: 'failureTakenForSuccess',
    kind: 'a failure taken for something else',
    mistake: 'A migration that failed before the commit says that it completed.',
    edits: [
      {
        file: stages,
        find: 'E.fold(abort(untrack(guest)), ',
        put: "E.fold((f: Failure) => (f.committed ? abort(untrack(guest))(f) : done<Outcome>({ type: 'completed', needs: [] })), "
      }
    ],
    swarms: ['stopAndCopies']
  },
  {
    name: 'stopAndCopyOfTheLogOnly',
    kind: 'a page dropped',
    mistake: 'The final copy sends what the last sync names and forgets what was owed before it.',
    edits: [{ file: copy, find: 'pageSet.union(owed, dirty)', put: 'dirty' }],
    swarms: ['precopies']
  },
  {
    name: 'stopAndCopyOfWhatIsInBoth',
    kind: 'a page dropped',
    mistake: 'The final copy sends what is owed and in the log, for owed or in the log.',
    edits: [{ file: copy, find: 'pageSet.union(owed, dirty)', put: 'pageSet.intersection(owed, dirty)' }],
    swarms: ['precopies']
  },
  {
    name: 'stopAndCopyWithoutTheLastSync',
    kind: 'a sync skipped or repeated',
    mistake: 'The final copy sends what was owed before the pause only.',
    edits: [{ file: copy, find: 'pageSet.union(owed, dirty)', put: 'owed' }],
    swarms: ['precopies']
  },
  {
    name: 'stopAndCopySyncingTwice',
    kind: 'a sync skipped or repeated',
    mistake: 'The log is read twice after the pause, and only the second reading counts.',
    edits: [
      {
        file: copy,
        find: "pipe(request({ type: 'sync' }), map(",
        put: "pipe(request({ type: 'sync' }), andThen('again', () => request({ type: 'sync' })), map("
      }
    ],
    swarms: ['precopies']
  },
  {
    name: 'stopAndCopySyncingBeforePausing',
    kind: 'two steps in the wrong order',
    mistake: 'The log is read, then the guest is paused, then the pages are sent.',
    edits: [
      { file: copy, find: 'sync(owed),\n', put: 'done(E.right(said)),\n' },
      {
        file: copy,
        find: "    pausedAndDrained(disk),\n    andThen('owed', (clockNs) =>",
        put: "    typeof owed === 'string' ? done(E.right(null)) : sync(owed),\n    andThen('pause', (said) => pipe(pausedAndDrained(disk), map(E.map((clockNs) => ({ said, clockNs }))))),\n    andThen('owed', ({ said, clockNs }) =>"
      },
      { file: copy, find: 'import { andThen, map, request }', put: 'import { andThen, done, map, request }' }
    ],
    swarms: ['precopies']
  },
  {
    name: 'stopAndCopySelectingBeforePausing',
    kind: 'two steps in the wrong order',
    mistake: 'Memory is looked up before the pause; a page that comes into use between the two is named by nobody.',
    edits: [
      { file: copy, find: 'allOf(owed) :', put: 'done(E.right(said)) :' },
      {
        file: copy,
        find: "    pausedAndDrained(disk),\n    andThen('owed', (clockNs) =>",
        put: "    typeof owed === 'string' ? allOf(owed) : done(E.right(null)),\n    andThen('pause', (said) => pipe(pausedAndDrained(disk), map(E.map((clockNs) => ({ said, clockNs }))))),\n    andThen('owed', ({ said, clockNs }) =>"
      },
      { file: copy, find: 'import { andThen, map, request }', put: 'import { andThen, done, map, request }' }
    ],
    swarms: ['stopAndCopies'],
    runs: 2000
  },
  {
    name: 'stopAndCopyWithoutPausing',
    kind: 'ownership passes at the wrong time',
    mistake: 'The guest runs on while its last pages are copied.',
    edits: [
      { file: copy, find: '    pausedAndDrained(disk),\n', put: '    done(E.right(0)),\n' },
      { file: copy, find: 'import { andThen, map, request }', put: 'import { andThen, done, map, request }' }
    ],
    swarms: ['stopAndCopies', 'precopies']
  },
  {
    name: 'stopAndCopySwitchingFirst',
    kind: 'two steps in the wrong order',
    mistake: 'The guest goes on at the target before the final copy.',
    edits: [
      {
        file: copy,
        find: "andThen('final copy', (pages) => request(finalSend(pages, { channels, delta, compression, bytesPerSecond }))),\n        andThen('switch over', () => switchOver({ clockNs, recovery }))",
        put: "andThen('switch over', (pages) => pipe(switchOver({ clockNs, recovery }), map(E.map(() => pages)))),\n        andThen('final copy', (pages) => request(finalSend(pages, { channels, delta, compression, bytesPerSecond })))"
      }
    ],
    swarms: ['stopAndCopies', 'precopies']
  },
  {
    name: 'finalCopyIfAbsent',
    kind: 'stale pages kept',
    mistake: 'The final copy is placed only where nothing is, so what earlier rounds left at the target stays.',
    edits: [{ file: copy, find: "    place: 'always',\n", put: "    place: 'ifAbsent',\n" }],
    swarms: ['precopies']
  },
  {
    name: 'finalCopyPeeking',
    kind: 'a page dropped',
    mistake: 'The final copy leaves out pages that are dirty, as if there were a round after it.',
    edits: [{ file: copy, find: "    place: 'always',\n", put: "    place: 'always',\n    unless: 'dirtied',\n" }],
    swarms: ['stopAndCopies', 'precopies'],
    equivalent:
      'The guest stands still and its log has been read and cleared, or there is none: no page is dirty, and a peek leaves nothing out.'
  },
  {
    name: 'outcomeReadTheWrongWay',
    kind: 'split brain',
    mistake: 'A source that learns after a broken link that the guest is its own takes it for the target`s, and the other way round.',
    edits: [{ file: stages, find: "primary === 'target' ? E.right", put: "primary === 'source' ? E.right" }],
    swarms: ['stopAndCopies', 'precopies', 'postcopies', 'hybrids'],
    runs: 3000
  },
  {
    name: 'outcomeTakenForCommitted',
    kind: 'split brain',
    mistake: 'A mended link is taken for a commit that has arrived, and the target resumes a guest that it does not own.',
    edits: [
      {
        file: stages,
        find: "primary === 'target' ? E.right(null) : E.left(failure('inquire', refused.reason))",
        put: 'primary ? E.right(null) : E.right(null)'
      }
    ],
    swarms: ['stopAndCopies', 'precopies', 'postcopies', 'hybrids'],
    runs: 3000
  },
  {
    name: 'outcomeTakenForAborted',
    kind: 'split brain',
    mistake: 'A commit whose answer was lost with the link is taken for one that never arrived.',
    edits: [{ file: stages, find: "primary === 'target' ? E.right(null) :", put: "primary === 'nobody' ? E.right(null) :" }],
    swarms: ['stopAndCopies', 'precopies', 'postcopies', 'hybrids'],
    runs: 3000
  },
  {
    name: 'outcomeNotAskedFor',
    kind: 'split brain',
    mistake: 'A source whose commit is refused by a broken link waits for a while and resumes, without asking the target.',
    edits: [
      { file: stages, find: '        recover(recovery),\n', put: "        request({ type: 'wake', afterNs: 1000 }),\n" },
      { file: stages, find: 'E.left({ ...refused, reason }),', put: "E.left(failure('inquire', reason))," }
    ],
    swarms: ['stopAndCopies', 'precopies', 'postcopies', 'hybrids'],
    runs: 3000
  }
]
