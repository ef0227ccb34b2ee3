import type { Mutation } from '../mutation'

const push = 'lib/migration/push.ts'
const cancellable = 'lib/migration/cancellable.ts'

const owed = 'owed: pageSet.union(without(state.owed, sent.pages), synced.dirty)'

/** Mistakes in the push and in the send that can be cancelled: lib/migration/push.ts, cancellable.ts. */
export const pushMutations: readonly Mutation[] = [
  {
    name: 'pushNotTracking',
    kind: 'a sync skipped or repeated',
    mistake: 'Dirty logging is never switched on.',
    edits: [{ file: push, find: "type: 'track', on: true", put: "type: 'track', on: false" }],
    swarms: ['precopies', 'hybrids']
  },
  {
    name: 'pushTrackingAfterSelecting',
    kind: 'two steps in the wrong order',
    mistake: 'Pages are named before logging goes on; a page that comes into use between the two is in neither.',
    edits: [
      {
        file: push,
        find: "request({ type: 'track', on: true }),\n    andThen('select', () => request({ type: 'select', level }))",
        put: "request({ type: 'select', level }),\n    andThen('track', (selected) => pipe(request({ type: 'track', on: true }), map(E.map(() => selected))))"
      }
    ],
    swarms: ['precopies', 'hybrids'],
    runs: 3000
  },
  {
    name: 'pushForgettingWhatWasDirtied',
    kind: 'a sync skipped or repeated',
    mistake: 'What a sync names is not added to what is owed.',
    edits: [{ file: push, find: owed, put: 'owed: without(state.owed, sent.pages)' }],
    swarms: ['precopies']
  },
  {
    name: 'pushClearingAfterReading',
    kind: 'cleared at the wrong time',
    mistake: 'What was sent is taken off what the sync named, so a page written after its transmission counts as sent.',
    edits: [{ file: push, find: owed, put: 'owed: without(pageSet.union(state.owed, synced.dirty), sent.pages)' }],
    swarms: ['precopies']
  },
  {
    name: 'pushForgettingWhatIsHeldBack',
    kind: 'a page dropped',
    mistake: 'Pages that a skip rule holds back count as sent.',
    edits: [{ file: push, find: owed, put: 'owed: synced.dirty' }],
    swarms: ['precopies'],
    runs: 2000
  },
  {
    name: 'pushForgettingWhatWasLeftOut',
    kind: 'a page dropped',
    mistake: 'Pages left out by the peek count as sent.',
    edits: [
      {
        file: push,
        find: 'without(state.owed, sent.pages)',
        put: 'pageSet.difference(without(state.owed, sent.pages), sent.skipped)'
      }
    ],
    swarms: ['precopies', 'switches'],
    equivalent:
      'A page is left out only when it is in the log, a cancelled round included, and the sync that ends every round comes after it and names it: it is owed again at once.'
  },
  {
    name: 'pushSyncingTwice',
    kind: 'a sync skipped or repeated',
    mistake: 'The log is read twice at the end of a round and the first answer is overwritten.',
    edits: [
      {
        file: push,
        find: "channels === 1\n    ? request({ type: 'sync' })\n",
        put: "channels === 1\n    ? pipe(request({ type: 'sync' }), andThen('again', () => request({ type: 'sync' })))\n"
      }
    ],
    swarms: ['precopies', 'hybrids']
  },
  {
    name: 'pushEndingWithTheRoundBefore',
    kind: 'off by one',
    mistake: 'The residual handed on is that of the round before the last.',
    edits: [
      {
        file: push,
        find: 'residual(rules, pushed, stop.value)',
        put: '{ ...residual(rules, pushed, stop.value), owed: state.owed }'
      }
    ],
    swarms: ['precopies', 'hybrids']
  },
  {
    name: 'pushEndingWithOneTooFew',
    kind: 'off by one',
    mistake: 'The last page of the residual is not handed on.',
    edits: [
      {
        file: push,
        find: 'residual(rules, pushed, stop.value)',
        put: '{ ...residual(rules, pushed, stop.value), owed: pageSet.take(pushed.owed, pushed.owed.count - 1) }'
      }
    ],
    swarms: ['precopies', 'hybrids']
  },
  {
    name: 'pushStartingOneTooFew',
    kind: 'off by one',
    mistake: 'Round 1 begins at page 1: page 0 is neither sent nor owed.',
    edits: [{ file: push, find: 'owed: pages,\n        pushed: null', put: 'owed: pageSet.remove(pages, 0),\n        pushed: null' }],
    swarms: ['precopies']
  },
  {
    name: 'pushPlacingIfAbsent',
    kind: 'stale pages kept',
    mistake: 'A round places its pages only where nothing is.',
    edits: [{ file: push, find: "place: 'always',\n      unless: peek", put: "place: 'ifAbsent',\n      unless: peek" }],
    swarms: ['precopies', 'hybrids']
  },
  {
    name: 'pushWoundWithoutSync',
    kind: 'a sync skipped or repeated',
    mistake: 'A push that is told to wind down before its first round does not read the log.',
    edits: [
      {
        file: push,
        find: "pipe(request({ type: 'sync' }), map(E.map(({ dirty }) => end({ owed: pageSet.union(pages, dirty), reason: WOUNDED }, null))))",
        put: 'done(E.right(end({ owed: pages, reason: WOUNDED }, null)))'
      }
    ],
    swarms: ['switches'],
    equivalent:
      'Both that follow, the stop-and-copy and the pull, pause the guest and read the log once more, and nothing has been sent: a log not read here is read there, whole. (A pipeline that went on without a sync would be caught.)'
  },
  {
    name: 'pushWoundForgettingItsPages',
    kind: 'a page dropped',
    mistake: 'A push that is told to wind down before its first round owes what the log names and not the memory it was to send.',
    edits: [{ file: push, find: 'owed: pageSet.union(pages, dirty), reason: WOUNDED', put: 'owed: dirty, reason: WOUNDED' }],
    swarms: ['switches']
  },
  {
    name: 'pushWoundWhileThrottling',
    kind: 'a page dropped',
    mistake: 'A round that is not begun because of the wound counts as sent.',
    edits: [{ file: push, find: 'const nothing: Sent = { pages: pageSet.empty(guest.pages)', put: 'const nothing: Sent = { pages: owed' }],
    swarms: ['switches'],
    runs: 6000
  },
  {
    name: 'cancelledCountsAsSent',
    kind: 'a page dropped',
    mistake: 'What a cancelled round had not sent counts as sent.',
    edits: [
      {
        file: cancellable,
        find: 'if (result !== undefined && acknowledged) return done(result)',
        put: 'if (result !== undefined && acknowledged) return done(E.map((s) => ({ ...s, pages: asked_ }))(result))'
      },
      {
        file: cancellable,
        find: 'export const cancellable = <O extends Cancellable>(order: O): Attempt<Answered<O>> =>',
        put: 'let asked_\nexport const cancellable = <O extends Cancellable>(order: O): Attempt<Answered<O>> =>'
      },
      {
        file: cancellable,
        find: "if (signal.type === 'wound')\n",
        put: "if (order.type === 'send') asked_ = order.pages\n    if (signal.type === 'wound')\n"
      }
    ],
    swarms: ['switches'],
    runs: 2000
  },
  {
    name: 'cancelledWithoutWaiting',
    kind: 'an acknowledgement lost',
    mistake: 'A cancelled send ends with the acknowledgement of the cancellation: what it had sent is never heard.',
    edits: [
      {
        file: cancellable,
        find: 'if (result !== undefined && acknowledged) return done(result)',
        put: "if (acknowledged) return done(result ?? E.left(failure('send', 'cancelled')))"
      }
    ],
    swarms: ['switches'],
    runs: 2000
  },
  {
    name: 'cancelNotAwaited',
    kind: 'an acknowledgement lost',
    mistake: 'The phase ends while its cancellation is unanswered, and the answer meets the tag of a later request.',
    edits: [{ file: cancellable, find: 'if (result !== undefined && acknowledged) return', put: 'if (result !== undefined) return' }],
    swarms: ['switches'],
    runs: 3000
  },
  {
    name: 'pushWithoutBarrierBetweenChannels',
    kind: 'stale pages kept',
    mistake:
      'Rounds over several channels have no barrier between them: a page of one arrives behind the same page of the next (QEMU multifd).',
    edits: [
      { file: push, find: "channels === 1\n    ? request({ type: 'sync' })\n", put: "channels >= 1\n    ? request({ type: 'sync' })\n" }
    ],
    swarms: ['spreads'],
    runs: 4000
  }
]
