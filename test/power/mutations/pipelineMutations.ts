import type { Mutation } from '../mutation'

const precopy = 'pipelines/precopy.ts'
const postcopy = 'pipelines/postcopy.ts'
const switchOwing = 'lib/migration/switchOwing.ts'
const stopAndCopy = 'pipelines/stopAndCopy.ts'

/** Mistakes in how phases are put together: pipelines/*.ts. */
export const pipelineMutations: readonly Mutation[] = [
  {
    name: 'precopyForgettingTheResidual',
    kind: 'a page dropped',
    mistake: 'The residual of the push is not handed on: a prototype kept it as hidden state.',
    edits: [{ file: precopy, find: 'stopAndCopy(owed, {', put: "stopAndCopy(require('../lib/memory/pageSet').empty(guest.pages), {" }],
    swarms: ['precopies']
  },
  {
    name: 'precopyDroppingAPage',
    kind: 'a page dropped',
    mistake: 'The last page of the residual is left out of the final copy.',
    edits: [
      { file: precopy, find: 'stopAndCopy(owed, {', put: "stopAndCopy(require('../lib/memory/pageSet').take(owed, owed.count - 1), {" }
    ],
    swarms: ['precopies']
  },
  {
    name: 'precopyReleasedBeforeTheCopy',
    kind: 'two steps in the wrong order',
    mistake: 'The source drops the guest before the stop-and-copy.',
    edits: [
      {
        file: precopy,
        find: "andThen('stop-and-copy', ({ value: { owed, bytesPerSecond }, disk }) =>\n        stopAndCopy(owed, { channels, delta, compression, recovery, bytesPerSecond, disk })\n      ),\n      andThen('release', release),",
        put: "andThen('release', ({ value: { owed }, disk }) => pipe(release(), andThen('stop-and-copy', () => stopAndCopy(owed, { channels, delta, recovery, disk })))),\n      andThen('needs', () => require('../lib/protocol/phase').done(require('fp-ts/lib/Either').right([]))),"
      }
    ],
    swarms: ['precopies']
  },
  {
    name: 'precopyNotReleased',
    kind: 'left behind',
    mistake: 'The source is never told to drop the guest, and the migration completes.',
    edits: [
      {
        file: precopy,
        find: "andThen('release', release)",
        put: "andThen('release', () => require('../lib/protocol/phase').done(require('fp-ts/lib/Either').right([])))"
      }
    ],
    swarms: ['precopies']
  },
  {
    name: 'stopAndCopyWithoutPreparing',
    kind: 'left behind',
    mistake: 'Pages are sent to a target that reserved nothing for them.',
    edits: [
      {
        file: stopAndCopy,
        find: 'prepare(),',
        put: "require('../lib/protocol/phase').done(require('fp-ts/lib/Either').right(null)),"
      }
    ],
    swarms: ['stopAndCopies']
  },
  {
    name: 'stopAndCopyOfTheGuestOsOnly',
    kind: 'a page dropped',
    mistake: 'Only what the application uses is sent; what the kernel of the guest holds stays behind.',
    edits: [{ file: stopAndCopy, find: 'phase.stopAndCopy(level, ', put: "phase.stopAndCopy('application', " }],
    swarms: ['stopAndCopies']
  },
  {
    name: 'postcopyForgettingNonPageable',
    kind: 'a page dropped',
    mistake: 'Pages that can never be fetched are neither sent at once nor pulled (CRIU sends such pages with the image).',
    edits: [
      {
        file: postcopy,
        find: "request({ type: 'send', pages: nonPageable, place: 'always',",
        put: "request({ type: 'send', pages: pageSet.empty(nonPageable.size), place: 'always',"
      }
    ],
    swarms: ['postcopies']
  },
  {
    name: 'postcopySelectingBeforePausing',
    kind: 'two steps in the wrong order',
    mistake: 'Memory is looked up while the guest still runs; a page that comes into use after that is named by nobody.',
    edits: [
      {
        file: postcopy,
        find: "  pipe(\n    pausedAndDrained(disk),\n    andThen('select', (clockNs) =>\n      pipe(\n        request({ type: 'select', level }),\n",
        put: "  pipe(\n    request({ type: 'select', level }),\n    andThen('select', (selected) =>\n      pipe(\n        pausedAndDrained(disk),\n        andThen('then', (clockNs) => require('../lib/protocol/phase').done(require('fp-ts/lib/Either').right({ ...selected, clockNs }))),\n"
      },
      {
        file: postcopy,
        find: "andThen('resume at target', ({ pages, nonPageable })",
        put: "andThen('resume at target', ({ pages, nonPageable, clockNs })"
      }
    ],
    swarms: ['postcopies']
  },
  {
    name: 'postcopyNotPausing',
    kind: 'ownership passes at the wrong time',
    mistake: 'The guest is not stopped at the source before it goes on at the target.',
    edits: [
      {
        file: postcopy,
        find: "  pipe(\n    pausedAndDrained(disk),\n    andThen('select', (clockNs) =>\n",
        put: "  pipe(\n    require('../lib/protocol/phase').done(require('fp-ts/lib/Either').right(0)),\n    andThen('select', (clockNs) =>\n"
      }
    ],
    swarms: ['postcopies']
  },
  {
    name: 'postcopyNotTrapping',
    kind: 'a page dropped',
    mistake: 'The target is not told which pages are missing, so the guest reads zeros there.',
    edits: [{ file: postcopy, find: 'switchOver({ clockNs, missing, recovery })', put: 'switchOver({ clockNs, recovery })' }],
    swarms: ['postcopies']
  },
  {
    name: 'postcopyTrappingOneTooFew',
    kind: 'off by one',
    mistake: 'The last missing page is not trapped.',
    edits: [
      {
        file: postcopy,
        find: 'switchOver({ clockNs, missing, recovery })',
        put: 'switchOver({ clockNs, missing: pageSet.take(missing, missing.count - 1), recovery })'
      }
    ],
    swarms: ['postcopies']
  },
  {
    name: 'postcopyPullingOneTooFew',
    kind: 'off by one',
    mistake: 'The last missing page is trapped and never sent unless the guest faults on it.',
    edits: [
      { file: postcopy, find: 'pullMissing(missing, notices)', put: 'pullMissing(pageSet.take(missing, missing.count - 1), notices)' }
    ],
    swarms: ['postcopies']
  },
  {
    name: 'postcopyNotPulling',
    kind: 'a page dropped',
    mistake: 'The source is let go as soon as the guest runs at the target.',
    edits: [{ file: postcopy, find: "      andThen('pull', ({ value: missing, notices }) => pullMissing(missing, notices)),\n", put: '' }],
    swarms: ['postcopies']
  },
  {
    name: 'postcopyPullingBeforeTheSwitch',
    kind: 'two steps in the wrong order',
    mistake: 'Pages are pulled before anybody is there to miss them, and trapped when they have come.',
    edits: [
      {
        file: postcopy,
        find: 'return pipe(switchOver({ clockNs, missing, recovery }), map(E.map(() => missing)))',
        put: "return pipe(require('../lib/migration/pull').pull({ prepaging: bubbling() })(missing), andThen('switch', () => switchOver({ clockNs, missing, recovery })), map(E.map(() => pageSet.empty(missing.size))))"
      }
    ],
    swarms: ['postcopies']
  },
  {
    name: 'postcopyTrappingNonPageable',
    kind: 'placed or sent wrongly',
    mistake: 'Pages that were sent at once are trapped and sent again.',
    edits: [{ file: postcopy, find: 'pageSet.difference(pages, nonPageable)', put: 'pages' }],
    swarms: ['postcopies']
  },
  {
    name: 'hybridKeepingStalePages',
    kind: 'stale pages kept',
    mistake: 'The target keeps its stale copies at the switch, and a pull that places only where nothing is never replaces them.',
    edits: [
      {
        file: switchOwing,
        find: "request({ type: 'discard', pages: stale })",
        put: "request({ type: 'discard', pages: pageSet.empty(stale.size) })"
      }
    ],
    swarms: ['hybrids']
  },
  {
    name: 'hybridKeepingOneStalePage',
    kind: 'stale pages kept',
    mistake: 'The discard ends one page too soon.',
    edits: [
      { file: switchOwing, find: "type: 'discard', pages: stale }", put: "type: 'discard', pages: pageSet.take(stale, stale.count - 1) }" }
    ],
    swarms: ['hybrids']
  },
  {
    name: 'hybridForgettingTheLastSync',
    kind: 'a sync skipped or repeated',
    mistake: 'What was written between the last round and the pause is read from the log and thrown away.',
    edits: [{ file: switchOwing, find: 'widened(pageSet.union(owed, dirty), hugePages)', put: 'widened(owed, hugePages)' }],
    swarms: ['hybrids']
  },
  {
    name: 'hybridForgettingTheResidual',
    kind: 'a page dropped',
    mistake: 'Only what the last sync names is pulled, not what the push still owed.',
    edits: [{ file: switchOwing, find: 'widened(pageSet.union(owed, dirty), hugePages)', put: 'widened(dirty, hugePages)' }],
    swarms: ['hybrids']
  },
  {
    name: 'hybridSyncingTwice',
    kind: 'a sync skipped or repeated',
    mistake: 'The log is read twice and the first answer is overwritten by the second.',
    edits: [
      {
        file: switchOwing,
        find: "        request({ type: 'sync' }),\n",
        put: "        request({ type: 'sync' }),\n        andThen('again', () => request({ type: 'sync' })),\n"
      }
    ],
    swarms: ['hybrids']
  },
  {
    name: 'hybridSyncingBeforePausing',
    kind: 'two steps in the wrong order',
    mistake: 'The last sync comes before the pause; what is written between the two is in no set.',
    edits: [
      {
        file: switchOwing,
        find: "  pipe(\n    pausedAndDrained(disk),\n    andThen('final sync', (clockNs) =>\n      pipe(\n        request({ type: 'sync' }),\n",
        put: "  pipe(\n    request({ type: 'sync' }),\n    andThen('pause', ({ dirty }) => pipe(pausedAndDrained(disk), map(E.map((clockNs) => ({ dirty, clockNs }))))),\n    andThen('final sync', ({ dirty, clockNs }) =>\n      pipe(\n        require('../protocol/phase').done(require('fp-ts/lib/Either').right({ dirty })),\n"
      }
    ],
    swarms: ['hybrids']
  },
  {
    name: 'hybridDiscardingAfterTheSwitch',
    kind: 'two steps in the wrong order',
    mistake: 'The stale copies are dropped when the guest already runs at the target.',
    edits: [
      {
        file: switchOwing,
        find: "return pipe(request({ type: 'discard', pages: stale }), map(E.map(() => stale)))",
        put: "return require('../protocol/phase').done(require('fp-ts/lib/Either').right(stale))"
      },
      {
        file: switchOwing,
        find: '                map(E.map(() => missing))',
        put: "                andThen('discard', () => request({ type: 'discard', pages: missing })),\n                map(E.map(() => missing))"
      }
    ],
    swarms: ['hybrids']
  },
  {
    name: 'hybridForgettingNonPageable',
    kind: 'a page dropped',
    mistake: 'Stale pages that cannot be fetched are neither sent at once nor pulled.',
    edits: [{ file: switchOwing, find: "type: 'send', pages: atOnce,", put: "type: 'send', pages: pageSet.empty(stale.size)," }],
    swarms: ['hybrids']
  },
  {
    name: 'hybridSendingBeforeDiscarding',
    kind: 'two steps in the wrong order',
    mistake: 'What must not be fetched is sent first and dropped with the stale pages.',
    edits: [
      {
        file: switchOwing,
        find: "return pipe(request({ type: 'discard', pages: stale }), map(E.map(() => stale)))",
        put: "return require('../protocol/phase').done(require('fp-ts/lib/Either').right(stale))"
      },
      {
        file: switchOwing,
        find: "andThen('resume at target', () =>",
        put: "andThen('discard', () => request({ type: 'discard', pages: stale })),\n                andThen('resume at target', () =>"
      }
    ],
    swarms: ['hybrids']
  },
  {
    name: 'hybridNotTrapping',
    kind: 'a page dropped',
    mistake: 'The target is not told which pages are missing.',
    edits: [{ file: switchOwing, find: 'switchOver({ clockNs, missing, recovery })', put: 'switchOver({ clockNs, recovery })' }],
    swarms: ['hybrids']
  },
  {
    name: 'hybridPlacingAtOnceIfAbsent',
    kind: 'placed or sent wrongly',
    mistake: 'Pages sent at the switch are placed only where nothing is.',
    edits: [{ file: switchOwing, find: "pages: atOnce, place: 'always'", put: "pages: atOnce, place: 'ifAbsent'" }],
    swarms: ['hybrids'],
    equivalent:
      'They are part of the stale pages, which the target has just dropped (the discard is answered after it arrived, and nothing is on its way then), so nothing is there: both places put them down.'
  },
  {
    name: 'postcopyDeafWhileRedirecting',
    kind: 'an acknowledgement lost',
    mistake:
      'A fault that is told while the network is still being redirected is heard by nobody, and nobody is told twice (ours, until `neverStuck` found it).',
    edits: [{ file: postcopy, find: 'pullMissing(missing, notices)', put: 'pullMissing(missing)' }],
    swarms: ['demandPostcopies']
  },
  {
    name: 'hybridSendingDeltasOfDroppedPages',
    kind: 'stale pages kept',
    mistake: 'What the target has just dropped is sent as a difference from it (QEMU 2ebeaec012).',
    edits: [{ file: switchOwing, find: '...sentBy({ channels, compression }, false)', put: '...sentBy({ channels, delta: true }, true)' }],
    swarms: ['spreads'],
    runs: 3000
  }
]
