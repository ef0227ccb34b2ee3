import type { Mutation } from '../mutation'

const pull = 'lib/migration/pull.ts'
const activePush = 'lib/migration/activePush.ts'
const bubbling = 'lib/migration/bubbling.ts'
const lruOrder = 'lib/migration/lruOrder.ts'

/** Mistakes in the pull and in the orders of its background: lib/migration/pull.ts, activePush.ts, bubbling.ts, lruOrder.ts. */
export const pullMutations: readonly Mutation[] = [
  {
    name: 'pullWithoutBarrier',
    kind: 'an acknowledgement lost',
    mistake: 'The source is let go when the last page has left, not when it has arrived.',
    edits: [
      {
        file: pull,
        find: "    : pipe(\n        hearing(hostFailed)(request({ type: 'flush' })),\n        map(([flushed, failed]) => {",
        put: '    : pipe(\n        done([E.right(null), false] as const),\n        map(([flushed, failed]) => {'
      }
    ],
    swarms: ['postcopies', 'hybrids', 'demandPostcopies']
  },
  {
    name: 'failedPullTakenForAborted',
    kind: 'split brain',
    mistake: 'A pull that fails is taken for a migration that did not happen, and the source resumes its copy.',
    edits: [{ file: pull, find: 'committed: true', put: 'committed: false' }],
    swarms: ['postcopies', 'hybrids', 'demandPostcopies']
  },
  {
    name: 'demandPlacingAlways',
    kind: 'placed or sent wrongly',
    mistake: 'A faulted page is placed over what the guest has written there since.',
    edits: [
      {
        file: pull,
        find: "  place: 'ifAbsent',\n  unless: 'sent',\n  overtake: true",
        put: "  place: 'always',\n  unless: 'sent',\n  overtake: true"
      }
    ],
    swarms: ['postcopies', 'demandPostcopies'],
    equivalent:
      'No page is on its way twice: the sender leaves out what another lane has chosen (`unless: sent`), and a guest stands still at a page that is missing, so nothing can be there when it arrives; where it is, both places agree.'
  },
  {
    name: 'pullPlacingAlwaysAndSendingTwice',
    kind: 'placed or sent wrongly',
    mistake: 'The background sends a page again that the demand has sent, and places it over what the guest has written since.',
    edits: [{ file: pull, find: "place: 'ifAbsent', unless: 'sent', ...ways }", put: "place: 'always', ...ways }" }],
    swarms: ['postcopies', 'hybrids']
  },
  {
    name: 'demandSendingTwice',
    kind: 'placed or sent wrongly',
    mistake: 'A faulted page is sent although the background has just sent it.',
    edits: [{ file: pull, find: "  unless: 'sent',\n", put: '' }],
    swarms: ['postcopies', 'hybrids']
  },
  {
    name: 'backgroundSendingTwice',
    kind: 'placed or sent wrongly',
    mistake: 'The background sends what was faulted on while its window waited.',
    edits: [{ file: pull, find: "place: 'ifAbsent', unless: 'sent', ...ways }", put: "place: 'ifAbsent', ...ways }" }],
    swarms: ['postcopies', 'hybrids']
  },
  {
    name: 'streamForgettingWhatIsWaitedFor',
    kind: 'a page dropped',
    mistake: 'Over one stream a faulted page is taken from what the background has to send, and not asked for.',
    edits: [{ file: pull, find: 'if (!together) return waiting(moved, [])', put: 'return waiting(moved, [])' }],
    swarms: ['qemuPostcopies']
  },
  {
    name: 'streamCountingOneAnswerTwice',
    kind: 'an acknowledgement lost',
    mistake: 'Over one stream the lane ends while an answer is outstanding, because what was waited for was not counted.',
    edits: [{ file: pull, find: 'tag: tag + 1, outstanding: outstanding + 1, awaited', put: 'tag: tag + 1, outstanding, awaited' }],
    swarms: ['qemuPostcopies']
  },
  {
    name: 'demandOfThePageBefore',
    kind: 'off by one',
    mistake: 'The demand sends the page below the one that the guest waits for.',
    edits: [{ file: pull, find: 'wanted(signal.page, hugePages, size,', put: 'wanted(Math.max(0, signal.page - 1), hugePages, size,' }],
    swarms: ['demandPostcopies', 'postcopies']
  },
  {
    name: 'demandDeaf',
    kind: 'an acknowledgement lost',
    mistake: 'A fault is not answered by anybody where no background sends the rest.',
    edits: [
      {
        file: pull,
        find: "if (signal.type === 'faulted' && !together && !(state.ending && state.missing !== null))",
        put: "if (signal.type === 'faulted' && !together && state.missing === null)"
      }
    ],
    swarms: ['demandPostcopies']
  },
  {
    name: 'demandEndingWhileAsked',
    kind: 'an acknowledgement lost',
    mistake: 'The demand ends while a page that it asked for is under way.',
    edits: [{ file: pull, find: 'if (complete && state.outstanding === 0)', put: 'if (complete)' }],
    swarms: ['postcopies', 'demandPostcopies', 'hybrids'],
    runs: 2000
  },
  {
    name: 'demandEndingOneTooSoon',
    kind: 'off by one',
    mistake: 'Demand paging ends when one page is still missing.',
    edits: [{ file: pull, find: 'state.missing.count === 0))', put: 'state.missing.count <= 1))' }],
    swarms: ['demandPostcopies']
  },
  {
    name: 'demandNeverComplete',
    kind: 'an acknowledgement lost',
    mistake: 'Pages that have come are not taken off what is missing, so demand paging never ends.',
    edits: [
      {
        file: pull,
        find: 'return next({ ...state, outstanding, missing: pageSet.removeAll(state.missing, signal.pages) })',
        put: 'return next({ ...state, outstanding })'
      }
    ],
    swarms: ['demandPostcopies']
  },
  {
    name: 'demandDeafToFailures',
    kind: 'a failure taken for something else',
    mistake: 'A demand with nothing under way does not hear that the source is gone, and waits for ever.',
    edits: [{ file: pull, find: "if (signal.type === 'failed') {", put: "if (signal.type === 'failed' && false) {" }],
    swarms: ['demandPostcopies'],
    runs: 2000
  },
  {
    name: 'refusalNotHeard',
    kind: 'a failure taken for something else',
    mistake: 'The demand goes on after a refusal as if the page had been sent.',
    edits: [
      {
        file: pull,
        find: "if (signal.type === 'refused') return next({ ...state, outstanding, refused: failure('send', signal.reason) })",
        put: "if (signal.type === 'refused') return next({ ...state, outstanding })"
      }
    ],
    swarms: ['demandPostcopies', 'postcopies'],
    runs: 2000
  },
  {
    name: 'backgroundRefusalNotHeard',
    kind: 'a failure taken for something else',
    mistake: 'The background goes on asking after a refusal.',
    edits: [{ file: pull, find: "signal.type === 'refused' ? failure('send', signal.reason) : state.refused", put: 'null' }],
    swarms: ['postcopies', 'hybrids'],
    runs: 2000
  },
  {
    name: 'backgroundDroppingAPage',
    kind: 'a page dropped',
    mistake: 'With each window the page after it is forgotten.',
    edits: [
      {
        file: pull,
        find: 'missing = pageSet.removeAll(missing, window)\n',
        put: 'missing = pageSet.removeAll(missing, window)\n      if (missing.count > 0) missing = pageSet.remove(missing, pageSet.next(missing, 0))\n'
      }
    ],
    swarms: ['postcopies', 'hybrids']
  },
  {
    name: 'backgroundDroppingAWindow',
    kind: 'a page dropped',
    mistake: 'A window that is taken while as many are under way as may be is never asked for.',
    edits: [
      {
        file: pull,
        find: "requests.push(asked({ type: 'send', pages: window,",
        put: "if (outstanding !== 1) requests.push(asked({ type: 'send', pages: window,"
      }
    ],
    swarms: ['postcopies', 'hybrids']
  },
  {
    name: 'backgroundAskingTwice',
    kind: 'placed or sent wrongly',
    mistake: 'Windows that were asked for are not taken off what is to be asked for.',
    edits: [{ file: pull, find: 'missing = pageSet.removeAll(missing, window)\n', put: '' }],
    swarms: ['postcopies', 'hybrids']
  },
  {
    name: 'backgroundEndingWhileAsked',
    kind: 'an acknowledgement lost',
    mistake: 'The background ends when nothing is left to ask for, with windows under way.',
    edits: [
      {
        file: pull,
        find: 'if (outstanding === 0) return { requests, phase',
        put: 'if (outstanding === 0 || missing.count === 0) return { requests, phase'
      }
    ],
    swarms: ['postcopies', 'hybrids'],
    runs: 2000
  },
  {
    name: 'pullEndedByTheWrongLane',
    kind: 'the wrong lane or address',
    mistake: 'The end of the demand winds the background down, and not the other way round.',
    edits: [{ file: pull, find: "until: 'background'", put: "until: 'demand'" }],
    swarms: ['postcopies']
  },
  {
    name: 'activePushEndingBeforeTheLastPage',
    kind: 'off by one',
    mistake: 'The active push looks at pages below size - 1.',
    edits: [
      {
        file: activePush,
        find: 'upwardInto(missing, from, missing.size, out, want)',
        put: 'upwardInto(missing, from, missing.size - 1, out, want)'
      }
    ],
    swarms: ['postcopies', 'hybrids']
  },
  {
    name: 'activePushNotTurningBack',
    kind: 'a page dropped',
    mistake: 'The active push goes up once, from one page too high.',
    edits: [
      { file: activePush, find: 'start: () => ({ from: 0 })', put: 'start: () => ({ from: 1 })' },
      { file: activePush, find: 'upwardInto(missing, 0, from, out, want)', put: 'upwardInto(missing, from, missing.size, out, want)' }
    ],
    swarms: ['postcopies', 'hybrids']
  },
  {
    name: 'bubblingWithoutTheStickyPivot',
    kind: 'a page dropped',
    mistake: 'When no edge can grow the search ends (the listing of OSR 43(3), 2009).',
    edits: [{ file: bubbling, find: 'n > 0 ? [n, next] : upward(next, missing, out, want)', put: '[n, next]' }],
    swarms: ['postcopies', 'hybrids']
  },
  {
    name: 'lruOrderForgettingUnlistedPages',
    kind: 'a page dropped',
    mistake: 'Pages that are not in the list of the recently used are in no order.',
    edits: [{ file: lruOrder, find: ': listed + page)', put: ': listed)' }],
    swarms: ['postcopies', 'hybrids']
  },
  {
    name: 'recoveredCountsAsPulled',
    kind: 'a page dropped',
    mistake: 'What was under way when the link broke counts as arrived when it is back.',
    edits: [
      { file: pull, find: 'return isEnded(turn) ? E.right(E.right(null))', put: 'return isEnded(turn) || true ? E.right(E.right(null))' }
    ],
    swarms: ['postcopies', 'hybrids', 'demandPostcopies'],
    runs: 3000
  },
  {
    name: 'recoveredOneTooFew',
    kind: 'off by one',
    mistake: 'The last of the pages that the target names as missing after a broken link is not pulled.',
    edits: [
      {
        file: pull,
        find: 'E.left({ missing: turn.missing, notices: turn.notices, asks: false })',
        put: 'E.left({ missing: pageSet.take(turn.missing, Math.max(1, turn.missing.count - 1)), notices: turn.notices, asks: false })'
      }
    ],
    swarms: ['postcopies', 'hybrids'],
    runs: 3000
  },
  {
    name: 'recoveredDeaf',
    kind: 'an acknowledgement lost',
    mistake: 'The pages for which the guest waits are told while the link is asked for, and forgotten.',
    edits: [
      {
        file: pull,
        find: 'E.left({ missing: turn.missing, notices: turn.notices, asks: false })',
        put: 'E.left({ missing: turn.missing, notices: noNotices, asks: false })'
      }
    ],
    swarms: ['demandPostcopies'],
    runs: 4000
  },
  {
    name: 'brokenLinkIsTheEnd',
    kind: 'a failure taken for something else',
    mistake: 'A broken link is taken for the loss of the source, although it is mended and the source is there.',
    edits: [{ file: pull, find: 'return turn.notices.gone !== null ||', put: 'return true ||' }],
    swarms: ['postcopies', 'hybrids'],
    runs: 3000
  }
]
